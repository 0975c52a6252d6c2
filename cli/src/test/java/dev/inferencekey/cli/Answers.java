package dev.inferencekey.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What a server answers, for tests. */
public final class Answers {
    public static final String TOKEN_SECRET = "ik_sdk_a1b2c3d4_" + "0f1e2d3c4b5a6978".repeat(4);
    public static final String KEY_SECRET = "ik_live_e5f60718_" + "fedcba9876543210".repeat(4);

    public static final String TOKEN = """
            {"id":"tok_01k2a","public_id":"a1b2c3d4","name":"deploy","project_slug":"acme",
             "scopes":["workload:read","workload:write"],"state":"active","expires_at":"2026-09-13T12:00:00Z",
             "created_at":"2026-06-15T11:57:00Z","created_by":"ada@example.com","last_used_at":null,
             "last_used_from":null,"secrets":[{"public_id":"a1b2c3d4","created_at":"2026-06-15T11:57:00Z"}]}
            """;

    public static final String BUDGET = """
            {"usd":"25","tokens":null,"period":"month","zone":"Europe/Berlin","unpriced_calls":"refuse","spending":[
             {"unit":"usd","amount":"25","spent":"3.2","held":"0.1","percent":12,"since":"2026-05-31T22:00:00Z",
              "resets_at":"2026-06-30T22:00:00Z"}]}
            """;

    public static final String KEY = """
            {"id":"key_01k2b","public_id":"e5f60718","name":"web","project_slug":"acme",
             "grants":["acme/support-bot","acme/other"],"state":"active","expires_at":null,
             "limits":{"requests_per_minute":600,"tokens_per_minute":100000,"max_concurrent_requests":null},
             "created_at":"2026-06-14T12:00:00Z","created_by":"ada@example.com",
             "last_used_at":"2026-06-15T11:59:20Z","last_used_from":"203.0.113.9",
             "secrets":[{"public_id":"e5f60718","created_at":"2026-06-14T12:00:00Z","not_after":null},
              {"public_id":"11112222","created_at":"2026-06-01T12:00:00Z","not_after":"2026-06-16T12:00:00Z"}]}
            """;

    static final String REPLICAS = """
            [{"id":"rep_01k2c","worker_id":"node-a","state":"ready","message":"","outdated":true,"started_at":"2026-06-15T10:00:00Z",
              "ready_since":"2026-06-15T10:00:07Z","requests":3},
             {"id":"rep_01k2d","worker_id":"node-b","state":"starting","message":"loading the model","outdated":false,
              "started_at":"2026-06-15T11:59:00Z","ready_since":null,"requests":0}]
            """;

    public static final String LINK_SECRET = "ik_invite_a1b2c3d4_" + "5d4c3b2a19080f7e".repeat(4);

    public static final String INVITATION = """
            {"id":"a1b2c3d4","email":"grace@example.com","role":"developer","created_by":"ada@example.com",
             "created_at":"2026-06-15T11:57:00Z","expires_at":"2026-06-22T12:00:00Z"}
            """;

    /** The invitation as its creation answers it: once, with the link. */
    public static final String INVITATION_LINK =
            INVITATION.strip().replaceFirst("\\{", "{\"link\":\"http://127.0.0.1:8080/join#" + LINK_SECRET + "\",");

    public static final String SIGN_IN = """
            {"id":"a1b2c3d4","user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
             "from":"203.0.113.9","created_at":"2026-06-15T11:00:00Z","last_seen_at":"2026-06-15T11:58:00Z",
             "expires_at":"2026-06-15T23:00:00Z","current":false}
            """;

    private Answers() {}

    /** The credential as its creation answers it: once, with the secret. */
    public static String minted(String credential, String secret) {
        return credential.strip().replaceFirst("\\{", "{\"credential\":\"" + secret + "\",");
    }

    /** A golden fixture, such as {@code control/workload.response.json}. */
    public static String golden(String name) {
        return resource("/golden/" + name);
    }

    static String resource(String path) {
        try (InputStream in = Answers.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new AssertionError("no resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
