package dev.inferencekey.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real browser of the system, driven by Playwright; each window is a browser of its own, without the others' cookies. For one thread. */
final class Chromium implements AutoCloseable {
    /** How a window looks. */
    enum Look {
        LIGHT(ColorScheme.LIGHT, 1280, 900),
        DARK(ColorScheme.DARK, 1280, 900),
        PHONE(ColorScheme.LIGHT, 380, 800);

        private final ColorScheme scheme;
        private final int width;
        private final int height;

        Look(ColorScheme scheme, int width, int height) {
            this.scheme = scheme;
            this.width = width;
            this.height = height;
        }
    }

    private static final String AXE = resource("/axe.min.js");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final Playwright playwright;
    private final Browser browser;

    /** What pages complained about: errors of scripts and of the content security policy. */
    final List<String> complaints = new ArrayList<>();

    Chromium() {
        playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of(
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1", "PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable())
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--disable-gpu",
                                "--disable-background-networking")));
    }

    /** Opens a window. */
    Page window(Look look) {
        return window(look, null);
    }

    /** Opens a window with the cookies of another one. */
    Page window(Look look, @Nullable Page signedIn) {
        Browser.NewContextOptions options =
                new Browser.NewContextOptions().setColorScheme(look.scheme).setViewportSize(look.width, look.height);
        if (signedIn != null) {
            options.setStorageState(signedIn.context().storageState());
        }
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(20_000);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.text().contains("Content Security Policy")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        return page;
    }

    /** Loads axe into all that this window will show. */
    static void bringAxe(Page window) {
        window.addInitScript(AXE);
    }

    /** What axe finds wrong with the page as it stands; {@link #bringAxe} came before. */
    @SuppressWarnings("unchecked") // the script answers a list of texts
    static List<String> axe(Page page) {
        return (List<String>) page.evaluate("""
                async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(v =>
                    v.nodes.map(n => location.pathname + ' ' + v.id + ': ' + v.help + ' at ' + n.target.join(' ')
                        + ' ' + n.any.concat(n.all).map(c => c.message).join('; ')))
                """);
    }

    /** Keeps a picture of the whole page. */
    static void screenshot(Page page, Look look, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + "-" + look.name().toLowerCase(java.util.Locale.ROOT) + ".png"))
                .setFullPage(true));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    private static Path executable() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no Chromium on the PATH; install chromium"));
    }

    private static String resource(String name) {
        try (InputStream in = Chromium.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
