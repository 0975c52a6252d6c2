package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.ANN;
import static dev.inferencekey.server.store.StoreData.BOB;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.TENANT;
import static dev.inferencekey.server.store.StoreData.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tenants, projects and members. */
interface ProjectContract {
    Store store();

    @Test
    default void findsATenantBySlugAndByIdAndTheFirstOne() {
        store().write(session -> {
            session.projects().insertTenant(new Tenant("ten_0002", "other", "Other", NOW));
            return true;
        });

        assertThat(store().<Optional<Tenant>>read(s -> s.projects().findTenant("default")))
                .contains(TENANT);
        assertThat(store().<Optional<Tenant>>read(s -> s.projects().findTenant("ten_0001")))
                .contains(TENANT);
        assertThat(store().<Optional<Tenant>>read(s -> s.projects().findTenant("none")))
                .isEmpty();
        assertThat(store().<Optional<Tenant>>read(s -> s.projects().firstTenant()))
                .contains(TENANT);
    }

    @Test
    default void findsAProjectBySlugAndById() {
        assertThat(store().<Optional<Project>>read(s -> s.projects().find("acme")))
                .contains(ACME);
        assertThat(store().<Optional<Project>>read(s -> s.projects().find("proj_0001")))
                .contains(ACME);
        assertThat(store().<Optional<Project>>read(s -> s.projects().find("none")))
                .isEmpty();
    }

    @Test
    default void aRenamedProjectKeepsAllElse() {
        assertThat(store().<Boolean>write(s -> s.projects().rename(ACME.id(), "Acme & sons")))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.projects().rename("proj_none", "Nobody")))
                .isFalse();

        assertThat(store().<Optional<Project>>read(s -> s.projects().find("acme")))
                .contains(new Project(ACME.id(), ACME.tenantId(), "acme", "Acme & sons", ACME.createdAt()));
    }

    @Test
    default void refusesAProjectWhoseSlugIsTaken() {
        assertThat(store().<Boolean>write(s -> s.projects().insert(StoreData.project("proj_0003", "acme"))))
                .isFalse();
        assertThat(store().<Optional<Project>>read(s -> s.projects().find("proj_0003")))
                .isEmpty();
    }

    @Test
    default void refusesAProjectOfATenantThatDoesNotExist() {
        Project stray = new Project("proj_0003", "ten_none", "stray", "Stray", NOW);

        assertThatThrownBy(() -> store().<Boolean>write(s -> s.projects().insert(stray)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void listsProjectsOldestFirst() {
        Page<Project> first = store().read(s -> s.projects().list(new PageRequest(1, null)));
        Page<Project> second = store().read(s -> s.projects().list(new PageRequest(1, first.next())));

        assertThat(first.items()).containsExactly(ACME);
        assertThat(second).isEqualTo(new Page<>(List.of(GLOBEX), null));
    }

    @Test
    default void listsTheProjectsOfAMemberOnly() {
        put(member(GLOBEX, ANN, Role.VIEWER));

        assertThat(store().<Page<Project>>read(s -> s.projects().listOfMember(ANN.id(), PageRequest.first()))
                        .items())
                .containsExactly(GLOBEX);
        assertThat(store().<Page<Project>>read(s -> s.projects().listOfMember(BOB.id(), PageRequest.first()))
                        .items())
                .isEmpty();
    }

    @Test
    default void addsAMemberThenChangesItsRole() {
        put(member(ACME, ANN, Role.VIEWER));
        put(new Member(ACME.id(), ACME.slug(), ANN.id(), ANN.email(), Role.ADMIN, NOW.plusSeconds(9)));

        assertThat(store().<Page<Member>>read(s -> s.projects().members(ACME.id(), PageRequest.first()))
                        .items())
                .containsExactly(member(ACME, ANN, Role.ADMIN));
    }

    @Test
    default void tellsOwnersAndRoles() {
        put(member(ACME, ANN, Role.OWNER));
        put(member(ACME, BOB, Role.DEVELOPER));
        put(member(GLOBEX, BOB, Role.OWNER));

        assertThat(store().<List<Member>>read(s -> s.projects().ownersOf(ACME.id())))
                .containsExactly(member(ACME, ANN, Role.OWNER));
        assertThat(store().<Map<String, Role>>read(s -> s.projects().rolesOf(BOB.id())))
                .isEqualTo(Map.of("acme", Role.DEVELOPER, "globex", Role.OWNER));
        assertThat(store().<Map<String, Role>>read(s -> s.projects().rolesOf("usr_none")))
                .isEmpty();
    }

    @Test
    default void removesAMemberOnce() {
        put(member(ACME, ANN, Role.OWNER));

        assertThat(store().<Boolean>write(s -> s.projects().removeMember(ACME.id(), ANN.id())))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.projects().removeMember(ACME.id(), ANN.id())))
                .isFalse();
    }

    @Test
    default void refusesAMemberThatIsNobody() {
        assertThatThrownBy(() -> put(member(ACME, StoreData.user("usr_none", "x@y.test", false), Role.OWNER)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void deletesAProjectWithAllThatIsInItButKeepsTheTrailAndTheUsage() {
        put(member(ACME, ANN, Role.OWNER));
        store().write(s -> {
            s.workloads().insert(StoreData.workload("wl_1", ACME, "bot"));
            s.workloads().insert(StoreData.workload("wl_2", GLOBEX, "bot"));
            s.apiKeys()
                    .insert(StoreData.apiKey("key_1", ACME, Grants.ofEntireProject(), StoreData.secret("00000001", 1)));
            s.sdkTokens().insert(StoreData.sdkToken("tok_1", ACME, Scope.DEFAULT, StoreData.secret("00000001", 1)));
            s.upstreamSecrets().put(ACME.id(), "openai", SecretBinding.NOTHING, new byte[] {1}, NOW);
            s.audit().append(StoreData.auditEvent("aud_1", "key.created", "acme"));
            s.usage().append(List.of(StoreData.usage("use_1", ACME, "bot", "key_1", 200, 5)));
            return true;
        });

        AccessChangeLog.Position before = store().write(s -> {
            s.accessChanges().append(Subject.API_KEY, "key_0");
            return s.accessChanges().last();
        });

        assertThat(store().<Boolean>write(s -> s.projects().delete(ACME.id(), true)))
                .isTrue();

        store().read(s -> {
            assertThat(s.projects().find("acme")).isEmpty();
            assertThat(s.projects().rolesOf(ANN.id())).isEmpty();
            assertThat(s.workloads().all()).extracting("id").containsExactly("wl_2");
            assertThat(s.apiKeys().find("key_1")).isEmpty();
            assertThat(s.apiKeys().findByPublicId("00000001")).isEmpty();
            assertThat(s.sdkTokens().findByPublicId("00000001")).isEmpty();
            assertThat(s.upstreamSecrets().list(ACME.id())).isEmpty();
            assertThat(s.audit().list(null, null, PageRequest.first()).items()).hasSize(1);
            assertThat(s.usageSums().projects()).hasSize(1);
            assertThat(s.accessChanges().after(before, 10).orElseThrow())
                    .extracting(
                            AccessChangeLog.Entry::subject,
                            AccessChangeLog.Entry::id,
                            AccessChangeLog.Entry::endsRequests)
                    .containsExactly(tuple(Subject.API_KEY, "key_1", true), tuple(Subject.WORKLOAD, "wl_1", false));
            return true;
        });
        assertThat(store().<Boolean>write(s -> s.projects().delete(ACME.id(), true)))
                .isFalse();
    }

    private void put(Member member) {
        store().write(session -> {
            session.projects().putMember(member);
            return true;
        });
    }
}
