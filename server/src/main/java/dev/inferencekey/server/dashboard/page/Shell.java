package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.http.Exchange;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds the content of every page, and what templates ask of it.
 *
 * @param title of the page, without the product's name
 * @param section which entry of the navigation the page belongs to
 * @param me who is signed in, null on pages before that
 * @param project the project that the page is about, null if it is about none
 * @param csrf what each form of the page echoes
 * @param theme {@code light}, {@code dark} or {@code auto}
 * @param sentAgain whether a form led here that was sent before, and did nothing this time
 * @param now the time that the page shows things as of
 */
public record Shell(
        String title,
        Section section,
        Caller.@Nullable Human me,
        @Nullable Project project,
        String csrf,
        String theme,
        boolean sentAgain,
        Assets assets,
        Instant now) {
    /** The entries of the navigation. */
    public enum Section {
        NONE,
        PROJECTS,
        HOME,
        WORKLOADS,
        TOKENS,
        KEYS,
        USAGE,
        AUDIT,
        EXPLAIN,
        SETTINGS,
        ACCOUNT,
        INSTALLATION,
        NODES
    }

    static Shell of(Exchange exchange, String title, Section section, String csrf, Assets assets, Instant now) {
        return new Shell(
                title,
                section,
                exchange.who().caller() instanceof Caller.Human human ? human : null,
                exchange.addressed().project(),
                csrf,
                Theme.of(exchange.request()),
                exchange.query().text(SentForms.AGAIN) != null,
                assets,
                now);
    }

    /** The path of the page's project, with {@code rest} behind it. */
    public String path(String rest) {
        return "/projects/" + requireProject().slug() + rest;
    }

    public Project requireProject() {
        if (project == null) {
            throw new IllegalStateException("the page is about no project");
        }
        return project;
    }

    /** Whether to offer what takes this action in the page's project; the service decides anew when it is done. */
    public boolean may(Action action) {
        Resource resource = project == null ? new Resource.Platform() : new Resource.InProject(project.slug());
        return me != null && AccessPolicy.decide(me, action, resource) instanceof Decision.Allow;
    }

    /** Whether to offer what concerns the whole installation. */
    public boolean mayInstallation(Action action) {
        return me != null && AccessPolicy.decide(me, action, new Resource.Platform()) instanceof Decision.Allow;
    }

    /** How long ago, or how far ahead. */
    public String ago(Instant time) {
        return Texts.ago(time, now);
    }

    /** Whether this is the section that the page belongs to. */
    public boolean in(Section wanted) {
        return section == wanted;
    }
}
