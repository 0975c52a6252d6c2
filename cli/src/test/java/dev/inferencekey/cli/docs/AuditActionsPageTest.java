package dev.inferencekey.cli.docs;

import dev.inferencekey.server.domain.audit.AuditAction;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/audit-actions.md} promises. */
class AuditActionsPageTest {
    @Test
    void listsEachAction() throws IOException {
        StringBuilder text = new StringBuilder("\n| action | what happened |\n| --- | --- |\n");
        for (AuditAction action : AuditAction.values()) {
            text.append("| `%s` | %s |\n".formatted(action.wire(), Generated.cell(action.meaning())));
        }
        Generated.check("reference/audit-actions.md", getClass(), text.toString());
    }
}
