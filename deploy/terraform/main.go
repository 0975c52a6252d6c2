// Command terraform-provider-inferencekey lets Terraform and OpenTofu declare workloads of an InferenceKey platform.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/inferencekey/inferencekey-java/deploy/terraform/internal/provider"
)

// version is set by the linker.
var version = "dev"

func main() {
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/inferencekey/inferencekey",
	})
	if err != nil {
		log.Fatal(err)
	}
}
