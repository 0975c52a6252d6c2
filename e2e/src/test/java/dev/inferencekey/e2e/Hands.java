package dev.inferencekey.e2e;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;

/** How somebody uses a page. */
interface Hands {
    /** Presses a button, follows a link, or opens what can be opened. */
    void press(Locator what);

    /** Writes into a field, in the place of what is there. */
    void write(Locator field, String text);

    /** Ticks a box that is not ticked. */
    void tick(Locator box);

    /** Chooses one of a group of which one can be chosen. */
    void choose(Locator radio);

    /** Picks an option of a list by its text. */
    void pick(Locator list, String option);

    /** With a mouse. */
    static Hands withMouse() {
        return new Hands() {
            @Override
            public void press(Locator what) {
                what.click();
            }

            @Override
            public void write(Locator field, String text) {
                field.fill(text);
            }

            @Override
            public void tick(Locator box) {
                box.check();
            }

            @Override
            public void choose(Locator radio) {
                radio.check();
            }

            @Override
            public void pick(Locator list, String option) {
                list.selectOption(new SelectOption().setLabel(option));
            }
        };
    }

    /** With nothing but a keyboard: Tab, Space, Enter, arrows and letters. */
    static Hands withKeyboard(Page page) {
        return new Hands() {
            private static final int MOST_STOPS = 150;

            @Override
            public void press(Locator what) {
                goTo(what);
                page.keyboard().press("Enter");
            }

            @Override
            public void write(Locator field, String text) {
                goTo(field);
                page.keyboard().press("Control+a");
                page.keyboard().press("Delete");
                page.keyboard().type(text);
            }

            @Override
            public void tick(Locator box) {
                goTo(box);
                page.keyboard().press("Space");
            }

            // Tab leads to one of the group, arrows to the others.
            @Override
            public void choose(Locator radio) {
                String group = "input[type=radio][name='" + radio.getAttribute("name") + "']";
                Locator chosen = page.locator(group + ":checked");
                goTo(chosen.count() > 0 ? chosen : page.locator(group).first());
                for (int step = 0; step < MOST_STOPS && !radio.isChecked(); step++) {
                    page.keyboard().press("ArrowDown");
                }
            }

            @Override
            public void pick(Locator list, String option) {
                goTo(list);
                page.keyboard().type(option);
            }

            // Tab by Tab, as one who can't point: what is never reached can't be used.
            private void goTo(Locator what) {
                what.waitFor();
                for (int stop = 0; stop < MOST_STOPS; stop++) {
                    if (Boolean.TRUE.equals(what.evaluate("element => element === document.activeElement"))) {
                        return;
                    }
                    page.keyboard().press("Tab");
                }
                throw new AssertionError("Tab does not lead to " + what);
            }
        };
    }
}
