package dev.inferencekey.server.dashboard.installation;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.sso.SignOnRequest;
import dev.inferencekey.server.manager.sso.SingleSignOnService;
import dev.inferencekey.server.manager.usage.UsageRetentionService;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What owners of the installation set for all projects: single sign-on, and how long usage is kept. */
public final class InstallationPages {
    private static final String PATH = "/installation";

    private final Pages pages;
    private final SingleSignOnService signOn;
    private final UsageRetentionService retention;

    public InstallationPages(Pages pages, SingleSignOnService signOn, UsageRetentionService retention) {
        this.pages = pages;
        this.signOn = signOn;
        this.retention = retention;
    }

    /** Single sign-on as the form has it; the secret never comes back. */
    public record SignOnForm(
            String issuer, String clientId, String domains, boolean opensAccounts, String buttonText) {}

    /** What the template shows. */
    public record View(
            SignOnForm form,
            boolean configured,
            String redirectUri,
            String recordDays,
            String sumDays,
            @Nullable Problem signOnProblem,
            @Nullable Problem retentionProblem) {}

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", PATH, Action.SETTING_READ, exchange -> show(exchange, null, null, null)),
                Route.platform("POST", PATH + "/sign-on", Action.SIGN_ON_WRITE, this::configure),
                Route.platform("POST", PATH + "/sign-on/remove", Action.SIGN_ON_WRITE, this::remove),
                Route.platform("POST", PATH + "/retention", Action.SETTING_WRITE, this::keep));
    }

    private Answer configure(Exchange exchange) {
        FormFields form = exchange.form();
        return after(
                exchange,
                () -> signOn.configure(
                        exchange.requester(),
                        new SignOnRequest(
                                form.text("issuer"),
                                form.text("client_id"),
                                form.given("client_secret"),
                                Arrays.stream(form.text("allowed_domains").split("[\\s,]+"))
                                        .filter(domain -> !domain.isEmpty())
                                        .toList(),
                                form.ticked("opens_accounts"),
                                buttonText(form))),
                problem -> show(exchange, form, problem, null));
    }

    private Answer remove(Exchange exchange) {
        signOn.remove(exchange.requester());
        return Pages.goTo(exchange, PATH);
    }

    private Answer keep(Exchange exchange) {
        FormFields form = exchange.form();
        return after(
                exchange,
                () -> {
                    retention.put(
                            exchange.requester(),
                            new UsageRetention(days(form, "record_days"), days(form, "sum_days")));
                    return true;
                },
                problem -> show(exchange, form, null, problem));
    }

    private interface Shown {
        Answer with(Problem problem);
    }

    /** A provider that does not answer is something to show in the form, too. */
    private static <T> Answer after(Exchange exchange, Supplier<T> change, Shown wrong) {
        try {
            return switch (Problem.attempt(change)) {
                case Problem.Outcome.Done<T> _ -> Pages.goTo(exchange, PATH);
                case Problem.Outcome.Wrong<T> failed -> wrong.with(failed.problem());
            };
        } catch (RefusedException e) {
            if (e.code() == ErrorCode.UPSTREAM_ERROR || e.code() == ErrorCode.UPSTREAM_TIMEOUT) {
                return wrong.with(new Problem("issuer", e.text(), e.code().status()));
            }
            throw e;
        }
    }

    private Answer show(
            Exchange exchange,
            @Nullable FormFields sent,
            @Nullable Problem signOnProblem,
            @Nullable Problem retentionProblem) {
        Optional<SignOnSettings> settings = signOn.settings();
        UsageRetention kept = retention.get();
        SignOnForm form = sent != null && signOnProblem != null
                ? new SignOnForm(
                        sent.text("issuer"),
                        sent.text("client_id"),
                        sent.text("allowed_domains"),
                        sent.ticked("opens_accounts"),
                        sent.text("button_text"))
                : settings.map(present -> new SignOnForm(
                                present.issuer(),
                                present.clientId(),
                                String.join(" ", present.allowedDomains()),
                                present.opensAccounts(),
                                present.buttonText()))
                        .orElse(new SignOnForm("", "", "", false, SignOnRequest.DEFAULT_BUTTON_TEXT));
        FormFields wanted = retentionProblem == null ? null : sent;
        View view = new View(
                form,
                settings.isPresent(),
                SingleSignOnService.redirectUri(exchange.baseUrl()).toString(),
                wanted != null ? wanted.text("record_days") : Integer.toString(kept.recordDays()),
                wanted != null ? wanted.text("sum_days") : Integer.toString(kept.sumDays()),
                signOnProblem,
                retentionProblem);
        Problem problem = signOnProblem == null ? retentionProblem : signOnProblem;
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.INSTALLATION,
                "Installation",
                "installation.jte",
                view);
    }

    private static String buttonText(FormFields form) {
        String text = form.given("button_text");
        return text == null ? SignOnRequest.DEFAULT_BUTTON_TEXT : text;
    }

    private static int days(FormFields form, String field) {
        String text = form.text(field).strip();
        if (!text.matches("[0-9]{1,5}")) {
            throw new InvalidFieldException(field, field + " must be a whole number of days");
        }
        return Integer.parseInt(text);
    }
}
