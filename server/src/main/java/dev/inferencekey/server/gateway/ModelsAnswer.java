package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.EndpointEntry;

/** The answers to {@code GET v1/models}: one address serves one model, called by the workload's slug. Stateless. */
final class ModelsAnswer {
    private ModelsAnswer() {}

    static String list(EndpointEntry endpoint) {
        return "{\"object\":\"list\",\"data\":[" + one(endpoint) + "]}";
    }

    static String one(EndpointEntry endpoint) {
        return "{\"id\":" + JsonText.quote(endpoint.workloadSlug()) + ",\"object\":\"model\",\"created\":"
                + endpoint.createdAtEpochSecond() + ",\"owned_by\":" + JsonText.quote(endpoint.projectSlug()) + "}";
    }
}
