package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/inferencekey/inferencekey-java/deploy/terraform/internal/platform"
)

// workloadResource is inferencekey_workload.
type workloadResource struct {
	*connection
}

type workload struct {
	ID                    types.String `tfsdk:"id"`
	Project               types.String `tfsdk:"project"`
	Slug                  types.String `tfsdk:"slug"`
	Name                  types.String `tfsdk:"name"`
	Description           types.String `tfsdk:"description"`
	TaskType              types.String `tfsdk:"task_type"`
	Backend               types.String `tfsdk:"backend"`
	Model                 types.String `tfsdk:"model"`
	Config                types.String `tfsdk:"config"`
	WorkerID              types.String `tfsdk:"worker_id"`
	GPUResourceID         types.String `tfsdk:"gpu_resource_id"`
	ExecutionPolicy       types.String `tfsdk:"execution_policy"`
	ExecutionPolicyConfig types.String `tfsdk:"execution_policy_config"`
	EndpointURL           types.String `tfsdk:"endpoint_url"`
}

func (r *workloadResource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_workload"
}

// Schema: what may be left out is computed too, since what is not declared stays as it is, for ik and the SDK as well.
func (r *workloadResource) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	stays := stringplanmodifier.UseStateForUnknown()
	identity := stringplanmodifier.RequiresReplace()
	required := func(what string) schema.StringAttribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: what}
	}
	optional := func(what string, modifiers ...planmodifier.String) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: what, PlanModifiers: append([]planmodifier.String{stays}, modifiers...),
		}
	}
	json := func(what string) schema.StringAttribute {
		attribute := optional(what+" A JSON object: use `jsonencode`.", sameJSON{})
		attribute.Validators = []validator.String{isObject{}}
		return attribute
	}
	told := func(what string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: what, PlanModifiers: []planmodifier.String{stays}}
	}
	slug := required("Its identity in its project; another slug is another workload.")
	slug.PlanModifiers = []planmodifier.String{identity}
	slug.Validators = []validator.String{isSlug{}}
	response.Schema = schema.Schema{
		MarkdownDescription: "A workload, declared as in `workload.yaml`. What is left out stays as it is on the platform.",
		Attributes: map[string]schema.Attribute{
			"id":                      told("The platform's id, `wl_…`."),
			"project":                 optional("The project's slug; that of the provider by default.", identity),
			"slug":                    slug,
			"name":                    required("For people."),
			"description":             optional("For people."),
			"task_type":               optional("What it does, such as `text2text` (the default) or `embedding`.", identity),
			"backend":                 required("What runs the model, such as `vllm`, `llamacpp`, `ollama`, `external` or `simulator`."),
			"model":                   required("The model that the backend serves."),
			"config":                  json("What the backend needs, such as the command of a model server."),
			"worker_id":               optional("Pins the workload to a worker; needs the scope assignment:write."),
			"gpu_resource_id":         optional("Pins the workload to a GPU; needs the scope assignment:write."),
			"execution_policy":        optional("When there are how many replicas: `fixed`, `scheduled` or `autoscaling`."),
			"execution_policy_config": json("Belongs to the policy."),
			"endpoint_url":            told("The base URL for OpenAI-compatible clients, which call it with an API key."),
		},
	}
}

func (r *workloadResource) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	// Without data while Terraform only validates.
	if shared, ok := request.ProviderData.(*connection); ok {
		r.connection = shared
	}
}

func (r *workloadResource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan workload
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	project := orElse(plan.Project, r.project)
	if project == "" {
		response.Diagnostics.AddAttributeError(path.Root("project"), "No project", "Set project here or in the provider block, or the variable "+projectVariable+".")
		return
	}
	made, isNew, err := r.client.Create(ctx, project, plan.declaration())
	name := project + "/" + plan.Slug.ValueString()
	if platform.IsTaken(err) {
		response.Diagnostics.AddError("There is a workload "+name+" already, and it differs",
			fmt.Sprintf("Take it over with `terraform import ADDRESS %s`, which lets the next plan show how it differs, or choose another slug.", name))
		return
	}
	if err != nil {
		response.Diagnostics.AddError("The workload "+name+" could not be declared", err.Error())
		return
	}
	if !isNew {
		response.Diagnostics.AddWarning("The workload "+name+" was there already, just as declared",
			"This configuration manages it from now on, and deletes it when it is taken out.")
	}
	plan.take(made)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (r *workloadResource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state workload
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	found, err := r.client.Get(ctx, state.Project.ValueString(), state.Slug.ValueString())
	if platform.IsMissing(err) {
		response.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		response.Diagnostics.AddError("The workload "+state.name()+" could not be read", err.Error())
		return
	}
	state.take(found)
	response.Diagnostics.Append(response.State.Set(ctx, &state)...)
}

func (r *workloadResource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan workload
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	changed, err := r.client.Update(ctx, plan.Project.ValueString(), plan.Slug.ValueString(), plan.declaration())
	if err != nil {
		response.Diagnostics.AddError("The workload "+plan.name()+" could not be changed", err.Error())
		return
	}
	plan.take(changed)
	response.Diagnostics.Append(response.State.Set(ctx, &plan)...)
}

func (r *workloadResource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state workload
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	err := r.client.Delete(ctx, state.Project.ValueString(), state.Slug.ValueString())
	if err != nil && !platform.IsMissing(err) {
		response.Diagnostics.AddError("The workload "+state.name()+" could not be deleted", err.Error())
	}
}

// ImportState takes a workload over by SLUG, or by PROJECT/SLUG.
func (r *workloadResource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	project, slug, named := strings.Cut(request.ID, "/")
	if !named {
		project, slug = r.project, request.ID
	}
	if project == "" || !canonicalSlug.MatchString(slug) {
		response.Diagnostics.AddError("This names no workload", "Import by PROJECT/SLUG, such as acme/support-bot, or by SLUG if the provider has a project.")
		return
	}
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("project"), project)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("slug"), slug)...)
}

func (w *workload) name() string { return w.Project.ValueString() + "/" + w.Slug.ValueString() }

func (w *workload) declaration() platform.Workload {
	return platform.Workload{
		Slug:                  declared(w.Slug),
		Name:                  declared(w.Name),
		Description:           declared(w.Description),
		TaskType:              declared(w.TaskType),
		Backend:               declared(w.Backend),
		ModelName:             declared(w.Model),
		Config:                declaredJSON(w.Config),
		WorkerID:              declared(w.WorkerID),
		GPUResourceID:         declared(w.GPUResourceID),
		ExecutionPolicy:       declared(w.ExecutionPolicy),
		ExecutionPolicyConfig: declaredJSON(w.ExecutionPolicyConfig),
	}
}

// take makes this what the platform has.
func (w *workload) take(found *platform.Workload) {
	w.ID = types.StringValue(found.ID)
	// A project can be named by its id as well: what names the same project stays.
	if !known(w.Project) {
		w.Project = types.StringValue(found.ProjectSlug)
	}
	w.Slug = text(w.Slug, found.Slug)
	w.Name = text(w.Name, found.Name)
	w.Description = text(w.Description, found.Description)
	w.TaskType = text(w.TaskType, found.TaskType)
	w.Backend = text(w.Backend, found.Backend)
	w.Model = text(w.Model, found.ModelName)
	w.Config = object(w.Config, found.Config)
	w.WorkerID = text(w.WorkerID, found.WorkerID)
	w.GPUResourceID = text(w.GPUResourceID, found.GPUResourceID)
	w.ExecutionPolicy = text(w.ExecutionPolicy, found.ExecutionPolicy)
	w.ExecutionPolicyConfig = object(w.ExecutionPolicyConfig, found.ExecutionPolicyConfig)
	w.EndpointURL = types.StringValue(found.EndpointURL)
}
