// Package provider is the Terraform provider: it maps declarations in HCL to the control plane's workloads.
package provider

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/inferencekey/inferencekey-java/deploy/terraform/internal/platform"
)

// Variables of the environment, as all of InferenceKey's clients read them.
const (
	baseURLVariable = "INFERENCEKEY_BASE_URL"
	projectVariable = "INFERENCEKEY_PROJECT"
	tokenVariable   = "INFERENCEKEY_SDK_TOKEN"
)

type inferenceKey struct {
	version string
}

// settings is the provider block. There is no place for the token in it: saved plans hold what the block says.
type settings struct {
	BaseURL          types.String `tfsdk:"base_url"`
	Project          types.String `tfsdk:"project"`
	SDKTokenVariable types.String `tfsdk:"sdk_token_variable"`
}

// connection is what resources and data sources get.
type connection struct {
	client  *platform.Client
	project string
}

// New makes the provider.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &inferenceKey{version: version} }
}

func (p *inferenceKey) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "inferencekey"
	response.Version = p.version
}

func (p *inferenceKey) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Declares workloads of an InferenceKey platform with an SDK token, which is read from the environment and is in neither configuration, plan nor state.",
		Attributes: map[string]schema.Attribute{
			"base_url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The platform's address; `" + baseURLVariable + "` by default.",
			},
			"project": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The project of workloads that name none; `" + projectVariable + "` by default.",
			},
			"sdk_token_variable": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The name of the environment variable that holds the SDK token, if there are several: a token belongs to one project. `" + tokenVariable + "` by default.",
			},
		},
	}
}

func (p *inferenceKey) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var set settings
	response.Diagnostics.Append(request.Config.Get(ctx, &set)...)
	if response.Diagnostics.HasError() {
		return
	}
	for name, value := range map[string]types.String{"base_url": set.BaseURL, "project": set.Project, "sdk_token_variable": set.SDKTokenVariable} {
		if value.IsUnknown() {
			response.Diagnostics.AddAttributeError(path.Root(name), "Known only after apply",
				"The provider needs "+name+" to plan. Name a value that is known, or apply what it comes from first with -target.")
			return
		}
	}
	base := orElse(set.BaseURL, os.Getenv(baseURLVariable))
	if base == "" {
		response.Diagnostics.AddAttributeError(path.Root("base_url"), "No address", "Set base_url or the variable "+baseURLVariable+".")
		return
	}
	variable := orElse(set.SDKTokenVariable, tokenVariable)
	token := os.Getenv(variable)
	if token == "" {
		response.Diagnostics.AddError("No SDK token", "Set the variable "+variable+" to an SDK token; reading and planning need the scope workload:read alone.")
		return
	}
	client, err := platform.NewClient(base, token, fmt.Sprintf("terraform-provider-inferencekey/%s", p.version))
	if err != nil {
		response.Diagnostics.AddError("The provider can't be used as it is set", fmt.Sprintf("Address %q, SDK token from %s: %s.", base, variable, err))
		return
	}
	shared := &connection{client: client, project: orElse(set.Project, os.Getenv(projectVariable))}
	response.ResourceData = shared
	response.DataSourceData = shared
}

func (p *inferenceKey) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &workloadResource{} }}
}

func (p *inferenceKey) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &readinessSource{} }}
}

func orElse(value types.String, otherwise string) string {
	if value.ValueString() == "" {
		return otherwise
	}
	return value.ValueString()
}
