package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.contract.credential.Redaction;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A credential as people name one: by id, by the public id that logs show ({@code ik_live_a1b2c3d4…}, {@code a1b2c3d4}), or by
 * its name if no other has it.
 */
record CredentialReference(CredentialKind kind, String text) {
    /** The id, looked up unless it was given. */
    String id(ControlApi api, String project) {
        if (Redaction.carriesCredential(text)) {
            throw new UsageException("that is a whole credential, and it may now be in the shell's history; name the "
                    + kind.noun() + " by its id");
        }
        if (text.startsWith(kind.idPrefix())) {
            return text;
        }
        String name = text.startsWith(kind.credentialPrefix())
                ? text.substring(kind.credentialPrefix().length()).replaceAll("[_….].*$", "")
                : text;
        List<JsonNode> matching =
                api.list(ApiPath.inProject(project, kind.segment()), Integer.MAX_VALUE).items().stream()
                        .filter(found -> goesBy(found, name))
                        .toList();
        if (matching.size() == 1) {
            return matching.getFirst().path("id").asString("");
        }
        throw new UsageException(
                matching.isEmpty()
                        ? "no " + kind.noun() + " of " + project + " goes by \"" + PlainText.line(text) + "\"; see `ik "
                                + kind.noun() + " list`"
                        : matching.size() + " " + kind.noun() + "s of " + project + " are named \""
                                + PlainText.line(text) + "\"; name the one you mean by its id");
    }

    private static boolean goesBy(JsonNode credential, String name) {
        if (name.equals(credential.path("public_id").asString(""))
                || name.equals(credential.path("name").asString(""))) {
            return true;
        }
        for (JsonNode secret : credential.path("secrets")) {
            if (name.equals(secret.path("public_id").asString(""))) {
                return true;
            }
        }
        return false;
    }
}
