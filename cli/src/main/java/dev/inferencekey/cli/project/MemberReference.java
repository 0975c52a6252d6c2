package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.PlainText;
import tools.jackson.databind.JsonNode;

/** A member as people name one: by e-mail address or by user id. */
record MemberReference(String text) {
    /** The user id, looked up if an address was given. */
    String userId(ControlApi api, String project) {
        if (!text.contains("@")) {
            return text;
        }
        for (JsonNode member : api.list(ApiPath.inProject(project, "members"), Integer.MAX_VALUE)
                .items()) {
            if (member.path("email").asString("").equalsIgnoreCase(text)) {
                return member.path("user_id").asString("");
            }
        }
        throw new UsageException(PlainText.line(text) + " is no member of " + project);
    }
}
