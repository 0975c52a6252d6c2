package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// readinessSource is inferencekey_readiness. It is no attribute of the workload: how a workload stands changes without anybody's doing.
type readinessSource struct {
	*connection
}

type readiness struct {
	WorkloadID      types.String `tfsdk:"workload_id"`
	Timeout         types.String `tfsdk:"timeout"`
	Ready           types.Bool   `tfsdk:"ready"`
	Phase           types.String `tfsdk:"phase"`
	Message         types.String `tfsdk:"message"`
	ReadyReplicas   types.Int64  `tfsdk:"ready_replicas"`
	DesiredReplicas types.Int64  `tfsdk:"desired_replicas"`
}

func (d *readinessSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_readiness"
}

func (d *readinessSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "How a workload stands; with `timeout`, waits until it serves.",
		Attributes: map[string]schema.Attribute{
			"workload_id":      schema.StringAttribute{Required: true, MarkdownDescription: "The `id` of a workload."},
			"timeout":          schema.StringAttribute{Optional: true, MarkdownDescription: "How long to wait until it serves, such as `10m`; then it is an error if it does not. Only looks if absent."},
			"ready":            schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it serves."},
			"phase":            schema.StringAttribute{Computed: true, MarkdownDescription: "`scheduling`, `provisioning`, `bootstrapping`, `ready` or `error`."},
			"message":          schema.StringAttribute{Computed: true, MarkdownDescription: "One sentence for people."},
			"ready_replicas":   schema.Int64Attribute{Computed: true, MarkdownDescription: "How many serve."},
			"desired_replicas": schema.Int64Attribute{Computed: true, MarkdownDescription: "How many should."},
		},
	}
}

func (d *readinessSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// Without data while Terraform only validates.
	if shared, ok := request.ProviderData.(*connection); ok {
		d.connection = shared
	}
}

func (d *readinessSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var wanted readiness
	response.Diagnostics.Append(request.Config.Get(ctx, &wanted)...)
	if response.Diagnostics.HasError() {
		return
	}
	var timeout time.Duration
	waits := wanted.Timeout.ValueString() != ""
	if waits {
		var err error
		if timeout, err = time.ParseDuration(wanted.Timeout.ValueString()); err != nil || timeout <= 0 {
			response.Diagnostics.AddAttributeError(path.Root("timeout"), "Not a time", "Write a time such as 90s, 10m or 1h.")
			return
		}
	}
	id := wanted.WorkloadID.ValueString()
	found, err := d.client.AwaitReady(ctx, id, timeout)
	if err != nil {
		response.Diagnostics.AddError("The workload "+id+" could not be read", err.Error())
		return
	}
	if found.Status == nil {
		response.Diagnostics.AddError("The platform does not tell how workloads stand", "It is older than this provider, or another server.")
		return
	}
	ready := found.Status.Phase == "ready"
	if waits && !ready {
		response.Diagnostics.AddError(fmt.Sprintf("The workload %s/%s is not ready", found.ProjectSlug, text(types.StringNull(), found.Slug).ValueString()),
			fmt.Sprintf("After up to %s it is in phase %s: %s", wanted.Timeout.ValueString(), found.Status.Phase, found.Status.Message))
		return
	}
	wanted.Ready = types.BoolValue(ready)
	wanted.Phase = types.StringValue(found.Status.Phase)
	wanted.Message = types.StringValue(found.Status.Message)
	wanted.ReadyReplicas = types.Int64Value(found.Status.ReadyReplicas)
	wanted.DesiredReplicas = types.Int64Value(found.Status.DesiredReplicas)
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}
