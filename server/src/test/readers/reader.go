// What Go's encoding/json reads in request bodies: one in base64 a line, one answer a line.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

type body struct {
	Model         *string `json:"model"`
	Stream        *bool   `json:"stream"`
	StreamOptions *struct {
		IncludeUsage *bool `json:"include_usage"`
	} `json:"stream_options"`
	MaxTokens           *int64 `json:"max_tokens"`
	MaxCompletionTokens *int64 `json:"max_completion_tokens"`
	MaxOutputTokens     *int64 `json:"max_output_tokens"`
	N                   *int64 `json:"n"`
}

func number(value *int64) string {
	if value == nil {
		return "-"
	}
	return fmt.Sprint(*value)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	for lines.Scan() {
		bytes, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		var read body
		if err := json.Unmarshal(bytes, &read); err != nil {
			fmt.Println("refused")
			continue
		}
		model := "-"
		if read.Model != nil {
			model = *read.Model
		}
		usage := read.StreamOptions != nil && read.StreamOptions.IncludeUsage != nil && *read.StreamOptions.IncludeUsage
		fmt.Printf("%s|%t|%t|%s|%s|%s|%s\n", model, read.Stream != nil && *read.Stream, usage,
			number(read.MaxTokens), number(read.MaxCompletionTokens), number(read.MaxOutputTokens), number(read.N))
	}
}
