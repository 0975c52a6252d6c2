package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.manager.ApiClient.Reply;
import org.jspecify.annotations.Nullable;

/** A browser in which somebody signs in through a provider. It keeps the cookie of that, as browsers do. */
final class SignOnBrowser {
    private final ApiClient api;
    private final HostileProvider provider;

    @Nullable
    String cookie;

    SignOnBrowser(TestManager manager, HostileProvider provider) {
        this.api = manager.api.unchecked();
        this.provider = provider;
    }

    /** Presses the button; returns the address that the browser is sent to. */
    String begin() {
        return begin("/sign-in/sso");
    }

    String begin(String path) {
        Reply reply = withCookie().get(path).expect(302);
        String set = reply.header("Set-Cookie").orElseThrow();
        assertThat(set).contains("; Path=/sign-in/sso; Max-Age=600; HttpOnly; SameSite=Lax");
        cookie = set.substring(0, set.indexOf(';'));
        return reply.header("Location").orElseThrow();
    }

    /** Signs in at the provider and comes back. */
    Reply complete(String authorizationUrl) {
        return comeBack(provider.answer(authorizationUrl));
    }

    Reply comeBack(String query) {
        return withCookie().get("/sign-in/sso/callback?" + query);
    }

    /** The whole way. */
    Reply signIn() {
        return complete(begin());
    }

    ApiClient withCookie() {
        return cookie == null ? api : api.header("Cookie", "theme=dark; " + cookie);
    }

    /** Who the browser's person is after a sign-in that worked. */
    String whoAmI(Reply signedIn) {
        String set = signedIn.expect(303).header("Set-Cookie").orElseThrow();
        return api.header("Cookie", set.substring(0, set.indexOf(';')))
                .get("/api/whoami")
                .expect(200)
                .text("email");
    }
}
