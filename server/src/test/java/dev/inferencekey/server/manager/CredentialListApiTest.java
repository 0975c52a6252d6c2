package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.attention.AttentionService.Attention;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Finding keys and tokens, and what they can call. */
@Tag("slow")
class CredentialListApiTest {
    private static final String KEYS = "/api/projects/acme/keys";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient operator = manager.asOperator();

    @AfterEach
    void stop() {
        manager.close();
    }

    private ApiKeyService.Minted key(String name, Grants grants, @Nullable Instant expiresAt) {
        return manager.plane.keys().mint(TestManager.OPERATOR, acme, name, grants, expiresAt, Limits.NONE);
    }

    private List<Object> names(String query) {
        return operator.get(KEYS + "?" + query).expect(200).list().stream()
                .<Object>map(key -> key.getOrDefault("name", ""))
                .toList();
    }

    @Test
    void listsTheKeysThatFitEveryParameter() {
        Grants bot = Grants.ofWorkloads(Set.of("bot"));
        key("web", bot, null);
        key("Web two", Grants.ofEntireProject(), null);
        ApiKeyService.Minted off = key("batch", bot, null);
        key(
                "web three",
                Grants.ofWorkloads(Set.of("other")),
                manager.time.instant().plusSeconds(5));
        manager.plane.keys().disable(TestManager.OPERATOR, acme, off.key().id(), false);
        manager.time.advance(Duration.ofSeconds(6));

        assertThat(names("search=WEB")).containsExactly("web three", "Web two", "web");
        assertThat(names("search=web&state=active")).containsExactly("Web two", "web");
        assertThat(names("state=disabled")).containsExactly("batch");
        assertThat(names("state=expired")).containsExactly("web three");
        assertThat(names("state=revoked")).isEmpty();
        assertThat(names("callable=bot")).containsExactly("batch", "Web two", "web");
        assertThat(names("callable=bot&search=web")).containsExactly("Web two", "web");
        assertThat(names("entire_project=true")).containsExactly("Web two");
        assertThat(names("entire_project=false&search=batch")).containsExactly("batch");
        assertThat(names("search=" + off.credential().publicId().substring(0, 6)))
                .containsExactly("batch");
        assertThat(names("search=" + off.key().id())).containsExactly("batch");
    }

    @Test
    void ofAPastedCredentialOnlyThePublicIdIsLeft() {
        ApiKeyService.Minted key = key("web", Grants.ofEntireProject(), null);
        key("other", Grants.ofEntireProject(), null);
        String whole = key.credential().reveal();
        String secret = whole.substring(whole.length() - 64);

        for (String pasted : List.of(
                whole,
                "Authorization: Bearer " + whole,
                whole.substring(8),
                key.credential().redacted())) {
            assertThat(names("search=" + URLEncoder.encode(pasted, StandardCharsets.UTF_8)))
                    .containsExactly("web");
        }
        for (String pasted :
                List.of(secret, whole.replace("live", "sdk"), "ik_session_a1b2c3d4_" + "0".repeat(64), "ik_live_a1b")) {
            Reply refused = operator.unchecked().get(KEYS + "?search=" + pasted).expect(400, "invalid_request");
            assertThat(refused.text("field")).isEqualTo("search");
            assertThat(refused.body()).doesNotContain(secret);
        }
    }

    @Test
    void theWayToTheNextPieceHoldsNoSecretAndLeadsOn() {
        for (int i = 0; i < 3; i++) {
            manager.token(acme);
            manager.key(acme);
        }

        for (String list : List.of("keys", "tokens")) {
            Reply first = operator.get("/api/projects/acme/" + list + "?search=TEST&limit=2&state=active")
                    .expect(200);
            String link = first.header("Link").orElseThrow();
            assertThat(link).contains("search=test").contains("state=active");
            String next = link.substring(1, link.indexOf('>'));
            assertThat(operator.get(next).expect(200).list()).hasSize(1);
        }
    }

    @Test
    void refusesWhatIsNotAFilterAndNamesIt() {
        for (String query :
                List.of("state=alive", "state=", "callable=Not+A+Slug", "callable=", "entire_project=yes")) {
            Reply refused = manager.asOperator()
                    .unchecked()
                    .get("/api/projects/acme/keys?" + query)
                    .expect(400, "invalid_request");
            assertThat(refused.text("field")).isEqualTo(query.split("=")[0]);
        }
        operator.unchecked().get(KEYS + "?search=" + "x".repeat(500)).expect(400, "invalid_request");
        operator.get("/api/projects/acme/tokens?search=ik_live_a1b2c3d4").expect(400, "invalid_request");
        assertThat(operator.unchecked().get(KEYS + "?search=").expect(200).list())
                .as("a blank search finds all keys, of which there is none")
                .isEmpty();
    }

    @Test
    void tellsWhatAKeyCanCall() {
        manager.workload(acme, "bot");
        manager.workload(acme, "embedder");
        String some = key("some", Grants.ofWorkloads(Set.of("bot", "gone", "zeta")), null)
                .key()
                .id();
        String all = key("all", Grants.ofEntireProject(), null).key().id();

        Page<ApiKeyService.Callable> first = manager.plane.keys().callable(acme, some, new PageRequest(2, null));
        Page<ApiKeyService.Callable> second =
                manager.plane.keys().callable(acme, some, new PageRequest(2, first.next()));
        Page<ApiKeyService.Callable> whole = manager.plane.keys().callable(acme, all, PageRequest.first());

        assertThat(first.items())
                .extracting(ApiKeyService.Callable::workloadSlug)
                .containsExactly("bot", "gone");
        assertThat(first.items()).extracting(ApiKeyService.Callable::exists).containsExactly(true, false);
        assertThat(second.items())
                .extracting(ApiKeyService.Callable::workloadSlug)
                .containsExactly("zeta");
        assertThat(second.next()).isNull();
        assertThat(whole.items())
                .extracting(ApiKeyService.Callable::workloadSlug)
                .containsExactly("bot", "embedder");
        assertThat(whole.items()).allMatch(ApiKeyService.Callable::exists);
    }

    @Test
    void drawsAttentionToWhatEndsSoonAndToIdleKeysOfTheEntireProject() {
        Grants bot = Grants.ofWorkloads(Set.of("bot"));
        Instant now = manager.time.instant();
        key("soon", bot, now.plus(Duration.ofDays(33)));
        key("late", bot, now.plus(Duration.ofDays(60)));
        key("idle", Grants.ofEntireProject(), null);
        manager.token(acme, now.plus(Duration.ofDays(33)));
        manager.time.advance(Duration.ofDays(30).plusHours(12));
        // Who made these knows how they stand.
        key("brief", bot, manager.time.instant().plus(Duration.ofDays(2)));
        key("new", Grants.ofEntireProject(), null);
        manager.token(acme, manager.time.instant().plus(Duration.ofDays(2)));

        Attention attention = manager.plane.attention().of(acme, Duration.ofDays(7));

        assertThat(attention.expiringKeys().items())
                .extracting(key -> key.name())
                .containsExactly("soon");
        assertThat(attention.expiringTokens().items()).hasSize(1);
        assertThat(attention.idleKeys().items()).extracting(key -> key.name()).containsExactly("idle");
        assertThat(attention.idleKeys().more()).isFalse();
    }
}
