package dev.inferencekey.e2e;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

/** The way through the form of a workload: fields, plan, saved. */
final class WorkloadForm {
    private WorkloadForm() {}

    static void declareSimulator(Page page, Hands hands, String name, String slug) {
        hands.press(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New workload"))
                .first());
        hands.write(page.locator("#name"), name);
        hands.write(page.locator("#slug"), slug);
        hands.choose(page.locator("input[name=backend][value=simulator]"));
        hands.write(page.locator("#model_name"), "sim");
        hands.press(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("See the plan")));
        hands.press(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Make the workload")));
        page.waitForURL("**/workloads/" + slug);
    }
}
