//go:build acceptance

// Package acceptance runs OpenTofu with the provider against a real platform: deploy/terraform/test/run starts both.
package acceptance

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const block = `
terraform {
  required_providers {
    inferencekey = {
      source = "inferencekey/inferencekey"
    }
  }
}
`

const bot = block + `
resource "inferencekey_workload" "bot" {
  name    = "Bot"
  slug    = "SLUG"
  backend = "simulator"
  model   = "small"
}
`

// folder is where one configuration is, with its state.
type folder struct {
	*testing.T
	path        string
	environment []string
	printed     *bytes.Buffer
}

func open(t *testing.T, configuration string) *folder {
	for _, name := range []string{"TOFU", "TF_CLI_CONFIG_FILE", "INFERENCEKEY_BASE_URL", "INFERENCEKEY_PROJECT", "INFERENCEKEY_SDK_TOKEN"} {
		if os.Getenv(name) == "" {
			t.Fatalf("%s is not set: run ./check terraform", name)
		}
	}
	f := &folder{T: t, path: t.TempDir(), environment: os.Environ(), printed: new(bytes.Buffer)}
	f.write("main.tf", configuration)
	t.Cleanup(f.holdsNoToken)
	return f
}

func (f *folder) write(name, content string) {
	f.Helper()
	if err := os.WriteFile(filepath.Join(f.path, name), []byte(content), 0o600); err != nil {
		f.Fatal(err)
	}
}

// tofu runs OpenTofu and returns its exit code and what it printed, its lines unwrapped.
func (f *folder) tofu(arguments ...string) (int, string) {
	f.Helper()
	command := exec.Command(os.Getenv("TOFU"), arguments...)
	command.Dir = f.path
	command.Env = f.environment
	printed, err := command.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		f.Fatal(err)
	}
	f.printed.Write(printed)
	words := strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(string(printed)))
	return command.ProcessState.ExitCode(), strings.Join(words, " ")
}

func (f *folder) apply() string {
	f.Helper()
	code, printed := f.tofu("apply", "-auto-approve", "-no-color")
	if code != 0 {
		f.Fatalf("apply: %s", printed)
	}
	return printed
}

// plan saves one, as pipelines do, and returns whether there is anything to do: 0, or 2 if there is.
func (f *folder) plan() (int, string) {
	f.Helper()
	return f.tofu("plan", "-no-color", "-detailed-exitcode", "-out=saved.plan")
}

func (f *folder) unchanged() {
	f.Helper()
	if code, printed := f.plan(); code != 0 {
		f.Fatalf("exit code %d: %s", code, printed)
	}
}

// holdsNoToken looks into all that was written and printed; a saved plan is an archive.
func (f *folder) holdsNoToken() {
	secret := strings.TrimPrefix(os.Getenv("INFERENCEKEY_SDK_TOKEN"), "ik_sdk_")[9:]
	found := []string{}
	_ = filepath.Walk(f.path, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, _ := os.ReadFile(path)
		if strings.HasSuffix(path, ".plan") {
			content, _ = exec.Command("unzip", "-p", path).Output()
			if len(content) == 0 {
				f.Errorf("%s could not be unpacked", path)
			}
		}
		if bytes.Contains(content, []byte(secret)) {
			found = append(found, path)
		}
		return nil
	})
	if len(found) > 0 || strings.Contains(f.printed.String(), secret) {
		f.Errorf("the SDK token is in %v, or was printed", found)
	}
}

func expect(t *testing.T, printed string, wanted ...string) {
	t.Helper()
	for _, each := range wanted {
		if !strings.Contains(printed, each) {
			t.Errorf("%q is not in: %s", each, printed)
		}
	}
}

// api calls the control plane beside Terraform, as somebody in the dashboard does.
func api(t *testing.T, method, slug, body string) (int, map[string]any) {
	t.Helper()
	address := os.Getenv("INFERENCEKEY_BASE_URL") + "/api/projects/" + os.Getenv("INFERENCEKEY_PROJECT") + "/workloads"
	if slug != "" {
		address += "/" + slug
	}
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("INFERENCEKEY_SDK_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, _ := io.ReadAll(response.Body)
	answer := map[string]any{}
	_ = json.Unmarshal(content, &answer)
	return response.StatusCode, answer
}

func TestAWorkloadIsDeclaredDriftIsPlannedAndDestroyRemovesIt(t *testing.T) {
	f := open(t, strings.ReplaceAll(bot, "SLUG", "life"))
	code, printed := f.plan()
	if code != 2 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	if status, _ := api(t, http.MethodGet, "life", ""); status != http.StatusNotFound {
		t.Fatalf("a plan made something: %d", status)
	}
	f.apply()
	if _, made := api(t, http.MethodGet, "life", ""); made["model_name"] != "small" || made["task_type"] != "text2text" {
		t.Fatalf("made: %v", made)
	}
	f.unchanged()

	api(t, http.MethodPatch, "life", `{"model_name": "large"}`)
	code, printed = f.plan()
	if code != 2 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	expect(t, printed, `model = "large" -> "small"`, "1 to change")
	f.apply()
	if _, mended := api(t, http.MethodGet, "life", ""); mended["model_name"] != "small" {
		t.Fatalf("mended: %v", mended)
	}

	// Somebody deleted it.
	api(t, http.MethodDelete, "life", "")
	code, printed = f.plan()
	expect(t, printed, "1 to add")
	f.apply()

	if code, printed = f.tofu("destroy", "-auto-approve", "-no-color"); code != 0 {
		t.Fatal(printed)
	}
	if status, _ := api(t, http.MethodGet, "life", ""); status != http.StatusNotFound {
		t.Fatalf("still there: %d", status)
	}
}

func TestAWorkloadIsImportedBySlug(t *testing.T) {
	api(t, http.MethodPost, "", `{"name": "Bot", "slug": "old", "backend": "simulator", "model_name": "small", "description": "Made by hand"}`)
	f := open(t, strings.ReplaceAll(bot, "SLUG", "old"))
	if code, printed := f.tofu("import", "-no-color", "inferencekey_workload.bot", "old"); code != 0 {
		t.Fatal(printed)
	}
	// What is not declared stays as it is.
	f.unchanged()

	again := open(t, strings.ReplaceAll(bot, "SLUG", "old"))
	if code, printed := again.tofu("import", "-no-color", "inferencekey_workload.bot", os.Getenv("INFERENCEKEY_PROJECT")+"/old"); code != 0 {
		t.Fatal(printed)
	}
	again.unchanged()
	code, printed := open(t, strings.ReplaceAll(bot, "SLUG", "old")).tofu("import", "-no-color", "inferencekey_workload.bot", "none")
	if code == 0 {
		t.Fatal(printed)
	}
	expect(t, printed, "Cannot import non-existent remote object")
}

func TestAWorkloadThatIsThereAndDiffersIsNotOverwritten(t *testing.T) {
	api(t, http.MethodPost, "", `{"name": "Bot", "slug": "taken", "backend": "simulator", "model_name": "large"}`)
	code, printed := open(t, strings.ReplaceAll(bot, "SLUG", "taken")).tofu("apply", "-auto-approve", "-no-color")
	if code == 0 {
		t.Fatal(printed)
	}
	expect(t, printed, "/taken already, and it differs", "terraform import ADDRESS")
	if _, kept := api(t, http.MethodGet, "taken", ""); kept["model_name"] != "large" {
		t.Fatalf("overwritten: %v", kept)
	}
}

func TestAnotherSlugIsAnotherWorkload(t *testing.T) {
	f := open(t, strings.ReplaceAll(bot, "SLUG", "first"))
	f.apply()
	f.write("main.tf", strings.ReplaceAll(bot, "SLUG", "second"))
	code, printed := f.plan()
	if code != 2 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	expect(t, printed, "1 to add, 0 to change, 1 to destroy")
	f.apply()
	if status, _ := api(t, http.MethodGet, "first", ""); status != http.StatusNotFound {
		t.Fatalf("still there: %d", status)
	}
	f.unchanged()
}

func TestConfigIsComparedAsJSONAndWhatIsTakenOutStays(t *testing.T) {
	declared := strings.Replace(strings.ReplaceAll(bot, "SLUG", "policy"), "model   = \"small\"", `model   = "small"
  description             = "With a policy"
  execution_policy        = "fixed"
  execution_policy_config = "{\"replicas\": 1}"`, 1)
	f := open(t, declared)
	f.apply()
	f.unchanged()
	f.write("main.tf", strings.Replace(declared, `"{\"replicas\": 1}"`, "jsonencode({ replicas = 1 })", 1))
	f.unchanged()
	f.write("main.tf", strings.Replace(declared, `"{\"replicas\": 1}"`, "jsonencode({ replicas = 2 })", 1))
	code, printed := f.plan()
	if code != 2 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	f.apply()
	f.write("main.tf", strings.ReplaceAll(bot, "SLUG", "policy"))
	f.unchanged()
	if _, kept := api(t, http.MethodGet, "policy", ""); kept["description"] != "With a policy" {
		t.Fatalf("kept: %v", kept)
	}
}

func TestReadinessIsWaitedFor(t *testing.T) {
	f := open(t, strings.ReplaceAll(bot, "SLUG", "awaited")+`
data "inferencekey_readiness" "bot" {
  workload_id = inferencekey_workload.bot.id
  timeout     = "60s"
  depends_on  = [inferencekey_workload.bot]
}
output "stands" {
  value = "${data.inferencekey_readiness.bot.phase} ${data.inferencekey_readiness.bot.ready} ${data.inferencekey_readiness.bot.ready_replicas} at ${inferencekey_workload.bot.endpoint_url}"
}
`)
	expect(t, f.apply(), `stands = "ready true 1 at http`, "/awaited")
	f.write("main.tf", block+`
data "inferencekey_readiness" "none" {
  workload_id = "wl_none"
  timeout     = "soon"
}
`)
	code, printed := f.plan()
	if code != 1 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	expect(t, printed, "Write a time such as 90s, 10m or 1h.")
}

func TestAWorkloadThatDoesNotGetReadyInTimeFailsTheApply(t *testing.T) {
	f := open(t, strings.Replace(strings.ReplaceAll(bot, "SLUG", "slow"), "model ", "config  = jsonencode({ startup_ms = 600000 })\n  model ", 1)+`
data "inferencekey_readiness" "bot" {
  workload_id = inferencekey_workload.bot.id
  timeout     = "1s"
}
`)
	code, printed := f.tofu("apply", "-auto-approve", "-no-color")
	if code == 0 {
		t.Fatal(printed)
	}
	expect(t, printed, "/slow is not ready", "After up to 1s it is in phase")
	// It is declared, and known to be.
	f.write("main.tf", strings.Replace(strings.ReplaceAll(bot, "SLUG", "slow"), "model ", "config  = jsonencode({ startup_ms = 600000 })\n  model ", 1))
	f.unchanged()
}

func TestWhatIsSetWronglyIsTold(t *testing.T) {
	f := open(t, strings.ReplaceAll(bot, "SLUG", "Support Bot"))
	code, printed := f.plan()
	if code != 1 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	expect(t, printed, "Not a slug", "such as support-bot")
	f.write("main.tf", strings.Replace(strings.ReplaceAll(bot, "SLUG", "wrong"), "model ", "config = \"[]\"\n  model ", 1))
	_, printed = f.plan()
	expect(t, printed, "Not a JSON object")

	for token, why := range map[string]string{
		"":                                   "Set the variable INFERENCEKEY_SDK_TOKEN",
		"ik_live_0123456789abcdef0123456789": "this is an API key",
		"ik_sdk_0123":                        "was it cut off when it was copied?",
		"ik_sdk_00000000_" + strings.Repeat("0", 64): "invalid_token",
	} {
		f := open(t, strings.ReplaceAll(bot, "SLUG", "wrong"))
		f.environment = append(f.environment, "INFERENCEKEY_SDK_TOKEN="+token)
		code, printed := f.tofu("apply", "-auto-approve", "-no-color")
		if code == 0 {
			t.Errorf("taken: %q", token)
		}
		expect(t, printed, why)
		if token != "" && strings.Contains(printed, token) {
			t.Errorf("the credential is told: %s", printed)
		}
	}
}

func TestASecondTokenComesFromAVariableOfAnotherName(t *testing.T) {
	f := open(t, strings.ReplaceAll(bot, "SLUG", "second-token")+`
provider "inferencekey" {
  sdk_token_variable = "ACME_TOKEN"
}
`)
	f.environment = append(f.environment, "INFERENCEKEY_SDK_TOKEN=", "ACME_TOKEN="+os.Getenv("INFERENCEKEY_SDK_TOKEN"))
	f.apply()
	f.unchanged()
}

func TestTheExamplesCanBeApplied(t *testing.T) {
	content, err := os.ReadFile("../examples/workloads.tf")
	if err != nil {
		t.Fatal(err)
	}
	declared, err := os.ReadFile("../examples/workload.yaml")
	if err != nil {
		t.Fatal(err)
	}
	example := string(content)
	for from, to := range map[string]string{
		"https://inference.example.com": os.Getenv("INFERENCEKEY_BASE_URL"),
		`"acme"`:                        `"` + os.Getenv("INFERENCEKEY_PROJECT") + `"`,
	} {
		if !strings.Contains(example, from) {
			t.Fatalf("%s is not in the example", from)
		}
		example = strings.Replace(example, from, to, 1)
	}
	f := open(t, example)
	f.write("workload.yaml", string(declared))
	code, printed := f.plan()
	if code != 2 {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	expect(t, printed, "3 to add")
	// There is no such model here to wait for.
	if code, printed = f.tofu("apply", "-auto-approve", "-no-color", "-target=inferencekey_workload.declared"); code != 0 {
		t.Fatal(printed)
	}
	for _, slug := range []string{"search", "classifier"} {
		if status, _ := api(t, http.MethodGet, slug, ""); status != http.StatusOK {
			t.Errorf("%s: %d", slug, status)
		}
	}
}
