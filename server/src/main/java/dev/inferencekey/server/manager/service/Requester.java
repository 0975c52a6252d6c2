package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.domain.access.Caller;

/**
 * Who asks for a change, for decisions inside a service and for the audit trail.
 *
 * @param from the caller's address
 */
public record Requester(Caller caller, String from) {
    /** How the audit trail and {@code created_by} name the caller; never a secret. */
    public String display() {
        return caller.display();
    }
}
