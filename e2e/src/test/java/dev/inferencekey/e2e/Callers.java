package dev.inferencekey.e2e;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One credential of every kind and in every state, minted on a platform that has the projects {@code acme} and {@code other}. */
final class Callers {
    static final String PASSWORD = "correct horse battery staple";

    private final RunningPlatform platform;
    private final Map<String, Minted> minted = new LinkedHashMap<>();
    private final Map<String, String> sessions = new LinkedHashMap<>();

    private Callers(RunningPlatform platform) {
        this.platform = platform;
    }

    /** Who asks the data plane, and what a served route answers. */
    enum DataCaller {
        NOBODY("401 invalid_api_key"),
        GARBAGE("401 invalid_api_key"),
        MALFORMED_KEY("401 invalid_api_key"),
        UNKNOWN_KEY("401 invalid_api_key"),
        WRONG_SECRET("401 invalid_api_key"),
        REVOKED_KEY("401 invalid_api_key"),
        DISABLED_KEY("401 invalid_api_key"),
        EXPIRED_KEY("401 invalid_api_key"),
        CONTROL_TOKEN("403 wrong_credential_type"),
        MALFORMED_TOKEN("403 wrong_credential_type"),
        UNKNOWN_TOKEN("403 wrong_credential_type"),
        REVOKED_TOKEN("403 wrong_credential_type"),
        OWNER("401 invalid_api_key"),
        OPERATOR("401 invalid_api_key"),
        OTHER_PROJECTS_KEY("403 project_scope_mismatch"),
        OTHER_WORKLOADS_KEY("403 scope_insufficient"),
        RIGHT_KEY("200 "),
        PROJECT_WIDE_KEY("200 ");

        private final String expected;

        DataCaller(String expected) {
            this.expected = expected;
        }

        /** Whether the answer could depend on the route: a good credential, or one of the other plane, or none. */
        boolean asksEveryRoute() {
            return switch (this) {
                case NOBODY, CONTROL_TOKEN, OTHER_PROJECTS_KEY, OTHER_WORKLOADS_KEY, RIGHT_KEY, PROJECT_WIDE_KEY ->
                    true;
                default -> false;
            };
        }

        /** Status and code. */
        String expected() {
            return expected;
        }
    }

    static Callers mint(RunningPlatform platform) {
        Callers callers = new Callers(platform);
        callers.mintAll();
        return callers;
    }

    private void mintAll() {
        for (TaskType type : TaskType.values()) {
            minted.put("right " + type.wire(), platform.mintKey("acme", "acme/sim-" + type.wire()));
        }
        minted.put("wide", platform.mintKey("acme", "acme/*"));
        minted.put("elsewhere", platform.mintKey("acme", "acme/another"));
        minted.put("foreign", platform.mintKey("other", "other/*"));
        minted.put("revoked", platform.mintKey("acme", "acme/*"));
        minted.put("disabled", platform.mintKey("acme", "acme/*"));
        platform.change("acme", "keys", minted("revoked"), "revoke");
        platform.change("acme", "keys", minted("disabled"), "disable");

        minted.put("token", platform.mintToken("acme"));
        minted.put("read-only token", platform.mintToken("acme", "workload:read"));
        minted.put("no-assignment token", platform.mintToken("acme", "workload:write"));
        minted.put("foreign token", platform.mintToken("other"));
        minted.put("revoked token", platform.mintToken("acme"));
        minted.put("disabled token", platform.mintToken("acme"));
        platform.change("acme", "tokens", minted("revoked token"), "revoke");
        platform.change("acme", "tokens", minted("disabled token"), "disable");

        String soon =
                platform.now().plusSeconds(60).truncatedTo(ChronoUnit.SECONDS).toString();
        minted.put(
                "expired",
                RunningPlatform.minted(platform.http.post(
                        "/api/projects/acme/keys",
                        platform.operator,
                        RunningPlatform.json(
                                Map.of("name", "soon", "grants", Arrays.asList("acme/*"), "expires_at", soon)))));
        minted.put(
                "expired token",
                RunningPlatform.minted(platform.http.post(
                        "/api/projects/acme/tokens",
                        platform.operator,
                        RunningPlatform.json(Map.of("name", "soon", "expires_at", soon)))));
        platform.letPass(Duration.ofSeconds(60));

        for (String role : new String[] {"owner", "admin", "developer", "viewer"}) {
            addMember("acme", role);
        }
        addMember("other", "stranger");
    }

    /** Adds somebody with the role of this name, or else another, and signs them in. */
    void addMember(String project, String name) {
        platform.http
                .post(
                        "/api/projects/" + project + "/members",
                        platform.operator,
                        RunningPlatform.json(Map.of(
                                "email",
                                name + "@example.com",
                                "role",
                                switch (name) {
                                    case "stranger" -> "owner";
                                    case "leaver" -> "viewer";
                                    default -> name;
                                },
                                "initial_password",
                                PASSWORD)))
                .expect(201);
        sessions.put(name, signIn(name));
    }

    /** A new session of the member with this name. */
    String signIn(String name) {
        return platform.http
                .post(
                        "/api/sessions",
                        null,
                        RunningPlatform.json(Map.of("email", name + "@example.com", "password", PASSWORD)))
                .expect(201)
                .json()
                .get("session")
                .asString();
    }

    Minted minted(String name) {
        Minted found = minted.get(name);
        if (found == null) {
            throw new AssertionError("no credential \"" + name + "\" was minted");
        }
        return found;
    }

    String session(String name) {
        String found = sessions.get(name);
        if (found == null) {
            throw new AssertionError("nobody called \"" + name + "\" has signed in");
        }
        return found;
    }

    @Nullable
    String data(DataCaller caller, String workload) {
        return switch (caller) {
            case NOBODY -> null;
            case GARBAGE -> "sk-proj-1234567890";
            case MALFORMED_KEY -> "ik_live_1234";
            case UNKNOWN_KEY -> LiveKey.mint(new SecureRandom()).reveal();
            case WRONG_SECRET -> withOtherSecret(minted("wide").credential());
            case REVOKED_KEY -> minted("revoked").credential();
            case DISABLED_KEY -> minted("disabled").credential();
            case EXPIRED_KEY -> minted("expired").credential();
            case CONTROL_TOKEN -> minted("token").credential();
            case MALFORMED_TOKEN -> "ik_sdk_1234";
            case UNKNOWN_TOKEN -> SdkToken.mint(new SecureRandom()).reveal();
            case REVOKED_TOKEN -> minted("revoked token").credential();
            case OWNER -> session("owner");
            case OPERATOR -> platform.operator;
            case OTHER_PROJECTS_KEY -> minted("foreign").credential();
            case OTHER_WORKLOADS_KEY -> minted("elsewhere").credential();
            case RIGHT_KEY -> minted("right " + workload.replace("sim-", "")).credential();
            case PROJECT_WIDE_KEY -> minted("wide").credential();
        };
    }

    /** The same public id with a secret that differs in its last digit. */
    static String withOtherSecret(String credential) {
        char last = credential.charAt(credential.length() - 1);
        return credential.substring(0, credential.length() - 1) + (last == '0' ? '1' : '0');
    }
}
