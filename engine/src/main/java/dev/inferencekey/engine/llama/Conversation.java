package dev.inferencekey.engine.llama;

import java.util.List;

/**
 * The order of messages that every chat template accepts: a system message or none, then user and assistant in turn.
 *
 * <p>A template that runs as a program ({@code --jinja}) may refuse any other order, and llama.cpp turns that refusal
 * into the end of the process.
 */
final class Conversation {
    private Conversation() {}

    static void check(List<ChatMessage> messages) {
        boolean user = true;
        for (int i = 0; i < messages.size(); i++) {
            String role = messages.get(i).role();
            if (i == 0 && role.equals("system")) {
                continue;
            }
            if (!role.equals(user ? "user" : "assistant")) {
                throw new ConversationException("With --jinja the messages must be one system message at most,"
                        + " then user and assistant in turn, beginning with user; message " + i + " is " + role + ".");
            }
            user = !user;
        }
        if (user && !messages.isEmpty() && messages.getLast().role().equals("system")) {
            throw new ConversationException("With --jinja the messages need one of the user after the system's.");
        }
    }
}
