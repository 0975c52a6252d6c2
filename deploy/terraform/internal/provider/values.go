package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var canonicalSlug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// isSlug accepts slugs that the platform would not rewrite: Terraform takes another value than the declared one for a mistake of the provider.
type isSlug struct{}

func (isSlug) Description(context.Context) string {
	return "lower-case letters, digits, and single hyphens between them"
}

func (v isSlug) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isSlug) ValidateString(ctx context.Context, request validator.StringRequest, response *validator.StringResponse) {
	if known(request.ConfigValue) && !canonicalSlug.MatchString(request.ConfigValue.ValueString()) {
		response.Diagnostics.AddAttributeError(request.Path, "Not a slug", "Write "+v.Description(ctx)+", such as support-bot.")
	}
}

// isObject accepts JSON objects.
type isObject struct{}

func (isObject) Description(context.Context) string { return "a JSON object, as jsonencode makes it" }

func (v isObject) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isObject) ValidateString(ctx context.Context, request validator.StringRequest, response *validator.StringResponse) {
	var object map[string]any
	if known(request.ConfigValue) && (json.Unmarshal([]byte(request.ConfigValue.ValueString()), &object) != nil || object == nil) {
		response.Diagnostics.AddAttributeError(request.Path, "Not a JSON object", "Write "+v.Description(ctx)+"({ … }).")
	}
}

// sameJSON plans no change where JSON is only written otherwise.
type sameJSON struct{}

func (sameJSON) Description(context.Context) string { return "compared as JSON, not as text" }

func (m sameJSON) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameJSON) PlanModifyString(_ context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	if known(request.PlanValue) && known(request.StateValue) && equalJSON(request.PlanValue.ValueString(), request.StateValue.ValueString()) {
		response.PlanValue = request.StateValue
	}
}

func known(value types.String) bool { return !value.IsNull() && !value.IsUnknown() }

func equalJSON(one, other string) bool {
	first, ok := decoded(one)
	second, too := decoded(other)
	return ok && too && reflect.DeepEqual(first, second)
}

// decoded keeps numbers as they are written: a float64 would not tell large ones apart.
func decoded(text string) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	return value, decoder.Decode(&value) == nil
}

// text is what the platform has, in the words of before where they say the same.
func text(before types.String, now *string) types.String {
	if now == nil {
		if known(before) && before.ValueString() == "" {
			return before
		}
		return types.StringNull()
	}
	return types.StringValue(*now)
}

// object is the JSON that the platform has, written as before if it is the same.
func object(before types.String, now json.RawMessage) types.String {
	if len(now) == 0 || string(now) == "null" {
		return types.StringNull()
	}
	if known(before) && equalJSON(before.ValueString(), string(now)) {
		return before
	}
	return types.StringValue(string(now))
}

// declared is what to send; nil for what is left to the platform.
func declared(value types.String) *string {
	if !known(value) {
		return nil
	}
	sent := value.ValueString()
	return &sent
}

func declaredJSON(value types.String) json.RawMessage {
	if !known(value) {
		return nil
	}
	return json.RawMessage(value.ValueString())
}
