package com.example.support;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TextParams;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

// docs:start application
@SpringBootApplication
public class SupportApplication {
    public static void main(String[] args) {
        SpringApplication.run(SupportApplication.class, args);
    }

    @RestController
    static class Support {
        private final Endpoint bot;

        Support(Endpoint supportBot) {
            this.bot = supportBot;
        }

        @GetMapping("/ask")
        String ask(@RequestParam String question) {
            return bot.generateText(TextParams.ofPrompt(question)).text();
        }
    }
}
// docs:end application
