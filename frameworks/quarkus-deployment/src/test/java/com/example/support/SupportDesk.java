package com.example.support;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TextParams;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;

// docs:start bean
@ApplicationScoped
public class SupportDesk {
    private final Endpoint bot;

    SupportDesk(@Named("support-bot") Endpoint bot) {
        this.bot = bot;
    }

    public String answer(String question) {
        return bot.generateText(TextParams.ofPrompt(question)).text();
    }
}
// docs:end bean
