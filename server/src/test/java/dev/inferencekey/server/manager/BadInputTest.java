package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("slow")
class BadInputTest {
    private static final TestManager MANAGER = new TestManager();
    private static final Project ACME = MANAGER.project("acme");
    private static final ApiClient TOKEN = MANAGER.as(MANAGER.token(ACME)).unchecked();
    private static final ApiClient OPERATOR = MANAGER.asOperator().unchecked();
    private static final String WORKLOADS = "/api/projects/acme/workloads";

    @AfterAll
    static void stop() {
        MANAGER.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"name\":}",
                "{\"name\" \"x\"}",
                "{'name':'x'}",
                "{name:1}",
                "{\"name\":\"x\",}",
                "{\"name\":NaN}",
                "{\"name\":01}",
                "{\"name\":\"a\nb\"}",
                "{\"name\":\"x\"} {}",
                "{\"name\":\"x\"}garbage",
                "// comment\n{}",
                "\uFEFF{}",
                "[]",
                "null",
                "1",
                "\"text\"",
                "   "
            })
    void whatIsNotOneJsonObjectIsRefused(String body) {
        assertThat(OPERATOR.send("POST", "/api/projects", body)
                        .expect(400, "invalid_request")
                        .text("message"))
                .doesNotContain("Exception", "tools.jackson", "java.");
    }

    @Test
    void anEmptyBodyIsRefusedAndSaysSo() {
        assertThat(OPERATOR.send("POST", "/api/projects", "")
                        .expect(400, "invalid_request")
                        .text("message"))
                .contains("empty");
        OPERATOR.post("/api/projects").expect(400, "invalid_request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"name":"a","name":"b"}                           | name
                    {"name":"a","config":{"x":{"y":1,"y":2}}}         | config.x.y
                    {"name":"a","nmae":"b"}                           | nmae
                    {"name":1}                                        | name
                    {"name":["a"]}                                    | name
                    {"name":null}                                     | name
                    {"slug":"a"}                                      | name
                    {"name":"a","slug":{}}                            | slug
                    {"name":"\\ud800"}                                | name
                    {"name":"a\\u0000b"}                              | name
                    {"name":"ad\\u200bmin"}                           | name
                    {"name":"\\u202Enimda"}                           | name
                    {"name":"IK LIVE A1B2C3D4 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"} | name
                    {"name":"a","slug":"ik-live-a1b2c3d4-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"} | slug
                    """)
    void theOffendingFieldIsNamed(String body, String field) {
        assertThat(OPERATOR.send("POST", "/api/projects", body)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    slug        | ik-live-a1b2c3d4-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                    slug        | IK.SDK.A1B2C3D4.0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
                    slug        | x-ik_live-a1b2c3d4_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-y
                    name        | ik live a1b2c3d4 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                    description | see ik-sdk-a1b2c3d4-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                    model_name  | ik-sdk-a1b2c3d4-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                    """)
    void aCredentialHidesInNoFieldOfADeclaration(String field, String value) {
        Map<String, Object> body = new HashMap<>(Map.of("name", "a", "backend", "ollama", "model_name", "m"));
        body.put(field, value);

        Reply refused = TOKEN.post(WORKLOADS, body).expect(400, "invalid_request");

        assertThat(refused.text("field")).isEqualTo(field);
        assertThat(refused.body().toLowerCase(Locale.ROOT)).doesNotContain("0123456789abcdef");
    }

    @Test
    void nameOfAWorkloadThatDoesNotReadAsItIsIsRefused() {
        assertThat(TOKEN.post(WORKLOADS, Map.of("name", "a\u2066b", "backend", "ollama", "model_name", "m"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("name");
    }

    @Test
    void brokenUtf8AndOtherEncodingsAreRefused() {
        byte[] broken = "{\"name\":\"a?\"}".getBytes(StandardCharsets.UTF_8);
        broken[10] = (byte) 0xC3;
        OPERATOR.send("POST", "/api/projects", broken, "application/json").expect(400, "invalid_request");
        byte[] overlong = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'};
        OPERATOR.send("POST", "/api/projects", overlong, "application/json").expect(400, "invalid_request");
        for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16)) {
            OPERATOR.send("POST", "/api/projects", "{\"name\":\"a\"}".getBytes(charset), "application/json")
                    .expect(400, "invalid_request");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/jsonp",
                "application/json; charset=iso-8859-1",
                "multipart/form-data; boundary=x"
            })
    void anotherContentTypeIsUnsupported(String contentType) {
        OPERATOR.send("POST", "/api/projects", "{\"name\":\"a\"}".getBytes(StandardCharsets.UTF_8), contentType)
                .expect(415, "unsupported_media_type");
    }

    @Test
    void jsonInUtf8IsSupportedHoweverItIsWritten() {
        List<String> types = List.of(
                "application/json",
                "Application/JSON",
                "application/json; charset=utf-8",
                "application/json;charset=\"UTF-8\"");
        for (int i = 0; i < types.size(); i++) {
            OPERATOR.send(
                            "POST",
                            "/api/projects",
                            ("{\"name\":\"type " + i + "\"}").getBytes(StandardCharsets.UTF_8),
                            types.get(i))
                    .expect(201);
        }
    }

    @Test
    void deepNestingIsRefused() {
        for (int depth : new int[] {65, 1000, 100_000}) {
            String deep = "[".repeat(depth) + "]".repeat(depth);
            TOKEN.send(
                            "POST",
                            WORKLOADS,
                            "{\"name\":\"a\",\"backend\":\"ollama\",\"model_name\":\"m\",\"config\":{\"x\":" + deep
                                    + "}}")
                    .expect(400, "invalid_request");
        }
        String fine = "[".repeat(20) + "]".repeat(20);
        assertThat(TOKEN.send(
                                "POST",
                                WORKLOADS,
                                "{\"name\":\"deep\",\"backend\":\"ollama\",\"model_name\":\"m\",\"config\":{\"x\":"
                                        + fine + "}}")
                        .expect(400, "invalid_request")
                        .text("message"))
                .as("not for its depth")
                .startsWith("unknown field config.x");
    }

    @Test
    void absurdNumbersDoNoHarm() {
        String body =
                "{\"name\":\"n\",\"slug\":\"numbers\",\"backend\":\"simulator\",\"model_name\":\"m\",\"config\":{\"failure_rate\":1E-999999999}}";
        TOKEN.send("POST", WORKLOADS, body).expect(201);
        TOKEN.send("POST", WORKLOADS, body).expect(200);
        TOKEN.send("POST", WORKLOADS, body.replace("1E-999999999", "1E-999999998"))
                .expect(409, "slug_taken");
        for (String absurd : List.of("1e999999999", "0." + "1".repeat(2000))) {
            TOKEN.send("POST", WORKLOADS, body.replace("1E-999999999", absurd)).expect(400, "invalid_request");
        }
        OPERATOR.send("POST", "/api/projects/acme/tokens/none/rotate", "{\"overlap_seconds\":1e999999999}")
                .expect(400, "invalid_request");
        TOKEN.get(WORKLOADS + "?limit=99999999999999999999").expect(400, "invalid_request");
    }

    @Test
    void aBodyOfMoreThanOneMebibyteIsTooLarge() {
        String start = "{\"name\":\"a\",\"description\":\"";
        String body = start + "x".repeat(1024 * 1024 - start.length() - 2) + "\"}";
        assertThat(OPERATOR.send("POST", "/api/projects", body)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("description");

        OPERATOR.send("POST", "/api/projects", body + " ").expect(413, "body_too_large");
    }

    @Test
    void whoMayNotAskHearsThatFirstHoweverLargeTheBody() {
        String huge = "x".repeat(2 * 1024 * 1024);
        MANAGER.api.unchecked().send("POST", "/api/projects", huge).expect(401, "invalid_token");
        TOKEN.send("POST", "/api/projects", huge).expect(403, "scope_insufficient");
        TOKEN.send("POST", "/api/projects/nowhere/workloads", huge).expect(403, "project_scope_mismatch");
        MANAGER.as(MANAGER.token(ACME, Scope.WORKLOAD_READ))
                .unchecked()
                .send("POST", WORKLOADS, huge)
                .expect(403, "scope_insufficient");
        MANAGER.as(MANAGER.key(ACME).credential())
                .unchecked()
                .send("POST", "/api/projects", huge)
                .expect(403, "wrong_credential_type");
        OPERATOR.send("POST", "/api/nowhere", huge).expect(404, "not_found");
        OPERATOR.send("PATCH", "/api/workloads/wl_unknown", huge).expect(404, "workload_not_found");
    }

    @Test
    void aChunkedBodyWithoutEndIsCutOff() throws IOException {
        byte[] chunk = ("1000\r\n" + "x".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head("POST", "/api/projects", MANAGER.operator.reveal(), "Transfer-Encoding: chunked"));
            int sent = 0;
            try {
                while (sent < 64 * 1024 * 1024) {
                    out.write(chunk);
                    sent += 4096;
                }
            } catch (SocketException e) {
                // It closed while we wrote: that is what is hoped for.
            }
            assertThat(sent).isLessThan(16 * 1024 * 1024);
        }
    }

    @Test
    void aChunkedBodyThatIsTooLargeIsToldSo() throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head("POST", "/api/projects", MANAGER.operator.reveal(), "Transfer-Encoding: chunked"));
            for (int i = 0; i < 257; i++) {
                out.write(("1000\r\n" + "x".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
            assertThat(text(socket))
                    .startsWith("HTTP/1.1 413 ")
                    .contains("body_too_large")
                    .contains("Connection: close");
        }
    }

    @Test
    void whatFollowsAnUnreadBodyIsNeverTakenForAnotherRequest() throws IOException {
        String smuggled =
                new String(head("DELETE", "/api/projects/acme", MANAGER.operator.reveal()), StandardCharsets.US_ASCII);
        for (String framing : List.of("Transfer-Encoding: chunked", "Content-Length: " + 9 * 1024 * 1024)) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(head("POST", "/api/projects", "", framing));
                socket.getOutputStream().write(smuggled.getBytes(StandardCharsets.US_ASCII));
                String answers = text(socket);
                assertThat(answers).startsWith("HTTP/1.1 401 ");
                assertThat(answers.lastIndexOf("HTTP/1.1 ")).isZero();
            }
        }
        OPERATOR.get("/api/projects/acme").expect(200);
    }

    @Test
    void aCallerWithoutACredentialIsAnsweredBeforeItsBodyCame() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(head("POST", "/api/projects", "", "Content-Length: 1000", "Content-Type: application/json"));
            byte[] start = socket.getInputStream().readNBytes(13);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401 ");
        }
    }

    @Test
    void aBodyThatIsCutOffIsNoInternalError() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(head(
                            "POST",
                            "/api/projects",
                            MANAGER.operator.reveal(),
                            "Content-Length: 1000",
                            "Content-Type: application/json"));
            socket.getOutputStream().write("{\"name\":".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            assertThat(text(socket)).doesNotContain("HTTP/1.1 500");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET /\u0001 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
                "POST /api/projects HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void whatIsNotHttpIsRefusedInJson(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            String answer = text(socket);
            assertThat(answer)
                    .startsWith("HTTP/1.1 4")
                    .contains("{\"error\":\"")
                    .contains("\"request_id\":\"");
        }
    }

    @Test
    void endlessHeadersAndRequestLinesAreRefused() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(text(socket)).startsWith("HTTP/1.1 4");
        }
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("GET /" + "y".repeat(20_000) + " HTTP/1.1\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(text(socket)).startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void requestsThatDoNotComeFromTheGatewayAreRefused() {
        for (ApiClient stranger : List.of(
                MANAGER.asOperator().without("X-InferenceKey-Internal"),
                MANAGER.asOperator().header("X-InferenceKey-Internal", "guess"))) {
            Reply refused = stranger.unchecked().get("/health/live").expect(403, "scope_insufficient");
            assertThat(refused.header("Content-Type")).contains("application/json");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/api/nowhere",
        "GET,/api",
        "GET,/api/",
        "GET,/api/projects/",
        "GET,/api//projects",
        "GET,/api/projects/acme/../acme",
        "GET,/api/projects/acme%2Fworkloads",
        "GET,/api/projects/acme/workloads/bot/nothing"
    })
    void unknownPathsAreNotFoundForThoseWithACredential(String method, String path) {
        OPERATOR.send(method, path, null).expect(404, "not_found");
        MANAGER.api.unchecked().send(method, path, null).expect(401, "invalid_token");
    }

    @Test
    void outsideOfTheApiUnknownPathsAreNotFoundForAnyone() {
        for (String path : List.of("/", "/apis", "/health", "/a%00b")) {
            MANAGER.api.unchecked().get(path).expect(404, "not_found");
        }
        MANAGER.api.unchecked().get("/nothing").expect(404, "not_found");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    PUT    | /api/projects                              | GET, POST
                    POST   | /api/projects/acme                         | GET, PATCH, DELETE
                    POST   | /api/workloads/wl_1                        | GET, PATCH, DELETE
                    HEAD   | /api/whoami                                | GET
                    PUT    | /api/projects/acme/keys/key_1              | GET, PATCH
                    GET    | /api/projects/acme/tokens/tok_1/revoke     | POST
                    DELETE | /health/live                               | GET
                    """)
    void anotherMethodIsNotAllowedAndTheRightOnesAreNamed(String method, String path, String allow) {
        Reply reply = OPERATOR.send(method, path, null).expect(405);

        assertThat(reply.header("Allow").map(it -> List.of(it.split(", "))))
                .hasValueSatisfying(it -> assertThat(it).containsExactlyInAnyOrder(allow.split(", ")));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/projects?limit=0,limit",
        "/api/projects?limit=1001,limit",
        "/api/projects?limit=ten,limit",
        "/api/projects?limit=,limit",
        "/api/projects?limit=1&limit=2,limit",
        "/api/projects?cursor=,cursor",
        "/api/projects?cursor=a%20b,cursor",
        "/api/projects?lim=1,lim",
        "/api/projects?limit=1&,''",
        "/api/projects/acme?x=1,x",
        "/api/audit?action=nonsense,action",
        "/api/audit?action=key.created%27,action",
        "/api/projects/acme/usage?to=2026-06-15,to",
        "/api/projects/acme/usage?from=-999999999-01-01T00:00:00Z,from",
        "/api/projects/acme/usage?to=%2B999999999-12-31T23:59:59Z,to",
        "/api/projects/acme/usage?to=-999999999-01-01T00:00:00Z,to",
        "/api/projects/acme/usage/series?from=2000-01-01T00:00:00Z,from",
        "/api/projects/acme/usage/series?status=4x,status",
        "/api/projects/acme/usage/series?group_by=route,group_by",
        "/api/projects/acme/usage/series?top=21,top",
        "/api/projects/acme/usage/series.csv?top=0,top",
        "/api/projects/acme/usage/breakdown?workload=,workload",
        "/api/projects/acme/usage/values?to=yesterday,to",
        "/api/projects/acme/usage/records?from=1969-01-01T00:00:00Z,from",
        "/api/projects/acme/usage/records.csv?status=none,status",
        "/api/projects/acme/audit?actor=,actor",
        "/api/projects/acme/audit.csv?from=2026-06-15T00:00:00Z&to=2026-06-15T00:00:00Z,from",
        "/api/projects/acme/refused-credentials?days=0,days",
        "/api/projects/acme/workloads/bot/logs?lines=5001,lines"
    })
    void queryParametersAreCheckedAndNamed(String path, String field) {
        assertThat(OPERATOR.get(path).expect(400, "invalid_request").text("field"))
                .isEqualTo(field);
    }

    @Test
    void aWorkloadWithACredentialInItIsRefusedAndTheCredentialNotRepeated() {
        String secret = MANAGER.key(ACME).credential().reveal();
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("command", "llama-server --api-key " + secret),
                Map.of("nested", List.of(Map.of("key", secret))))) {
            Reply refused = TOKEN.post(
                            WORKLOADS, Map.of("name", "a", "backend", "llamacpp", "model_name", "m", "config", wrong))
                    .expect(400, "invalid_request");
            assertThat(refused.text("field")).startsWith("config.");
            assertThat(refused.body()).doesNotContain(secret.substring(17));
        }
    }

    @Test
    void randomBytesNeverMakeAnInternalError() {
        Random random = new Random(4711);
        byte[] valid =
                "{\"name\":\"n\",\"slug\":\"fuzz\",\"backend\":\"ollama\",\"model_name\":\"m\",\"config\":{\"a\":[1,2.5,null,true]}}"
                        .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = valid.clone();
            int flips = 1 + random.nextInt(4);
            for (int flip = 0; flip < flips; flip++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Reply reply = TOKEN.send("POST", WORKLOADS, bytes, "application/json");
            assertThat(reply.status())
                    .as("%s: %s", new String(bytes, StandardCharsets.ISO_8859_1), reply.body())
                    .isLessThan(500);
        }
    }

    @Test
    void outsideTextInMessagesIsShortAndOnOneLine() {
        String long200 = IntStream.range(0, 200).mapToObj(i -> "x").collect(Collectors.joining());
        assertThat(OPERATOR.get("/api/projects/" + long200)
                        .expect(404, "not_found")
                        .text("message"))
                .hasSizeLessThan(120);
        assertThat(OPERATOR.get(WORKLOADS + "/" + long200)
                        .expect(404, "workload_not_found")
                        .text("message"))
                .hasSizeLessThan(160);
        assertThat(OPERATOR.get("/api/projects/a%0Ab%1B%5B31m")
                        .expect(404, "not_found")
                        .text("message"))
                .doesNotContain("\n", "\u001b");
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), MANAGER.server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static byte[] head(String method, String path, String credential, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        head.append("X-InferenceKey-Internal: ")
                .append(TestManager.INTERNAL_SECRET)
                .append("\r\n");
        head.append("X-Forwarded-For: 127.0.0.1\r\n");
        if (!credential.isEmpty()) {
            head.append("Authorization: Bearer ").append(credential).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** All that comes until the other side closes; a reset after the answer counts as its end. */
    private static String text(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4096];
        try {
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                text.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            }
        } catch (SocketException e) {
            assertThat(text).as("reset before an answer").isNotEmpty();
        }
        return text.toString();
    }
}
