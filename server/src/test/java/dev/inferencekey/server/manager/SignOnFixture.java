package dev.inferencekey.server.manager;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.sso.SignOnRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A control plane and a provider, set up for each other; Ann has an account and is a member of a project. */
abstract class SignOnFixture {
    final TestManager manager = new TestManager();
    final HostileProvider provider = new HostileProvider();
    final SignOnBrowser browser = new SignOnBrowser(manager, provider);
    final Project acme = manager.project("acme");

    SignOnFixture() {
        manager.plane.members().add(TestManager.OPERATOR, acme, "ann@example.com", Role.VIEWER, TestManager.PASSWORD);
    }

    @AfterEach
    final void stop() {
        provider.close();
        manager.close();
    }

    final void configure() {
        configure(List.of(), false);
    }

    final void configure(List<String> domains, boolean opensAccounts) {
        manager.plane
                .signOn()
                .configure(
                        TestManager.OPERATOR,
                        new SignOnRequest(
                                provider.issuer,
                                HostileProvider.CLIENT_ID,
                                HostileProvider.CLIENT_SECRET,
                                domains,
                                opensAccounts,
                                "Acme"));
    }

    /** The details of the newest event of this kind. */
    final Map<String, @Nullable Object> audited(String action) {
        return ApiClient.asObject(events(action).getFirst().get("details"));
    }

    final List<Map<String, @Nullable Object>> events(String action) {
        return manager.asOperator().get("/api/audit?action=" + action).list();
    }
}
