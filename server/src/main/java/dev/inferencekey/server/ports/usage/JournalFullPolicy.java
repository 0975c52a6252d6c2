package dev.inferencekey.server.ports.usage;

/** What becomes of requests while their usage can't be kept: the journal has no room, and neither has the memory set aside for that. */
public enum JournalFullPolicy {
    /** They are served; their usage is lost, counted and told in the log. The default: a full disk stops no model. */
    SERVE_UNMETERED,
    /** They are refused with 503 until there is room: for those whose bills must not miss a request. */
    REFUSE
}
