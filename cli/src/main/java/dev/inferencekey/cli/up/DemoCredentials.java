package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.RefusedException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An SDK token and an API key for the demo, fresh at each start: they are kept nowhere, so the last start's can only be
 * replaced. Its text form shows neither.
 */
record DemoCredentials(String token, String key) {
    /** What the demo's credentials are named; how the next start finds them. */
    static final String NAME = "ik up demo";

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Creates the project unless it exists; whether it did not. */
    static boolean createProject(ControlApi api, String slug, String name) {
        try {
            api.post(
                    ApiPath.of("projects"),
                    JSON.createObjectNode().put("name", name).put("slug", slug));
            return true;
        } catch (RefusedException e) {
            if (e.status() == 409) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Mints a pair and revokes what earlier starts left. In this order, so that a start which is cut off leaves a pair too many
     * for the next one to revoke, and never none.
     */
    static DemoCredentials mint(ControlApi api, String project) {
        List<ApiPath> old = new ArrayList<>(living(api, project, "tokens"));
        old.addAll(living(api, project, "keys"));
        ObjectNode tokenRequest = JSON.createObjectNode().put("name", NAME);
        ObjectNode keyRequest = JSON.createObjectNode().put("name", NAME);
        keyRequest.putArray("grants").add(project + "/*");
        DemoCredentials pair = new DemoCredentials(
                credential(api.post(ApiPath.inProject(project, "tokens"), tokenRequest)),
                credential(api.post(ApiPath.inProject(project, "keys"), keyRequest)));
        old.forEach(path -> api.post(path, JSON.createObjectNode()));
        return pair;
    }

    private static List<ApiPath> living(ControlApi api, String project, String noun) {
        return api.list(ApiPath.inProject(project, noun), Integer.MAX_VALUE).items().stream()
                .filter(found -> NAME.equals(found.path("name").asString("")))
                .filter(found -> !"revoked".equals(found.path("state").asString("")))
                .map(found -> ApiPath.inProject(project, noun, found.path("id").asString(""), "revoke"))
                .toList();
    }

    private static String credential(JsonNode minted) {
        JsonNode credential = minted.path("credential");
        if (!credential.isString()) {
            throw new RefusedException(0, "unexpected_answer", "the server minted nothing", null, null);
        }
        return credential.asString();
    }

    @Override
    public String toString() {
        return "DemoCredentials";
    }
}
