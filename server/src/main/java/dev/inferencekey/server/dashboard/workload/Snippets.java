package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.contract.workload.TaskType;
import java.util.ArrayList;
import java.util.List;

/**
 * How to call one workload from a program: ready to be copied, with the key where it belongs, in the environment. Immutable and thread-safe.
 *
 * @param server the platform's address, without trailing slash
 * @param project the project's slug
 * @param workload the workload's slug
 */
public record Snippets(String server, String project, String workload) {
    /**
     * One text to copy.
     *
     * @param id unique on the page
     */
    public record Snippet(String id, String title, String text) {}

    private static final String KEY = "INFERENCEKEY_API_KEY";

    /** What an OpenAI client is told as its base URL. */
    String openAiUrl() {
        return endpoint() + "/v1";
    }

    private String endpoint() {
        return server + "/endpoint/" + project + "/" + workload;
    }

    /** Those that fit what the workload does. */
    List<Snippet> of(TaskType task) {
        return switch (task) {
            case TEXT2TEXT, OMNI -> chat();
            case EMBEDDING -> embeddings();
            case RERANKER -> rerank();
            case TEXT2IMAGE ->
                json(
                        "v1/images/generations",
                        "{\"model\": \"" + workload
                                + "\", \"prompt\": \"a lighthouse at dawn\", \"size\": \"512x512\"}",
                        """
                        image = client.images.generate(model="%s", prompt="a lighthouse at dawn", size="512x512")
                        print(image.data[0].b64_json[:60])
                        """,
                        """
                        const image = await client.images.generate({ model: "%s", prompt: "a lighthouse at dawn", size: "512x512" });
                        console.log(image.data[0].b64_json.slice(0, 60));
                        """);
            case IMAGE2IMAGE ->
                upload(
                        "v1/images/edits",
                        "-F model=" + workload + " -F prompt='at night' -F image=@lighthouse.png",
                        """
                        image = client.images.edit(model="%s", prompt="at night", image=open("lighthouse.png", "rb"))
                        print(image.data[0].b64_json[:60])
                        """,
                        """
                        import fs from "node:fs";
                        const image = await client.images.edit({ model: "%s", prompt: "at night", image: fs.createReadStream("lighthouse.png") });
                        console.log(image.data[0].b64_json.slice(0, 60));
                        """);
            case TEXT2AUDIO ->
                json(
                        "v1/audio/speech",
                        "{\"model\": \"" + workload + "\", \"voice\": \"alloy\", \"input\": \"Good morning.\"}",
                        """
                        client.audio.speech.create(model="%s", voice="alloy", input="Good morning.").write_to_file("hello.mp3")
                        """,
                        """
                        import fs from "node:fs";
                        const speech = await client.audio.speech.create({ model: "%s", voice: "alloy", input: "Good morning." });
                        fs.writeFileSync("hello.mp3", Buffer.from(await speech.arrayBuffer()));
                        """);
            case AUDIO2TEXT ->
                upload("v1/audio/transcriptions", "-F model=" + workload + " -F file=@hello.mp3", """
                        print(client.audio.transcriptions.create(model="%s", file=open("hello.mp3", "rb")).text)
                        """, """
                        import fs from "node:fs";
                        const text = await client.audio.transcriptions.create({ model: "%s", file: fs.createReadStream("hello.mp3") });
                        console.log(text.text);
                        """);
            case CLASSIFICATION ->
                json(
                        "v1/moderations",
                        "{\"model\": \"" + workload + "\", \"input\": \"What a lovely day.\"}",
                        """
                        print(client.moderations.create(model="%s", input="What a lovely day.").results)
                        """,
                        """
                        console.log((await client.moderations.create({ model: "%s", input: "What a lovely day." })).results);
                        """);
            case FORECAST ->
                List.of(
                        javaPost("forecast", "{\"id\": \"demand\", \"target\": [1, 2, 3, 4], \"horizon\": 2}"),
                        curl("forecast", "{\"id\": \"demand\", \"target\": [1, 2, 3, 4], \"horizon\": 2}"));
            case TEXT2VIDEO, IMAGE2VIDEO, REWARD ->
                List.of(new Snippet(
                        "curl",
                        "curl",
                        "curl -sS \"" + openAiUrl() + "/models\" \\\n  -H \"Authorization: Bearer $" + KEY + "\"\n"));
        };
    }

    private List<Snippet> chat() {
        String body = "{\"model\": \"" + workload
                + "\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}]}";
        List<Snippet> snippets = new ArrayList<>();
        snippets.add(java("""
                import dev.inferencekey.DataClient;
                import dev.inferencekey.TextParams;
                import dev.inferencekey.TextStream;

                """, """
                try (DataClient data = %s;
                        TextStream answer = data.endpoint("%s").generateTextStream(TextParams.ofPrompt("Hello!"))) {
                    answer.forEach(chunk -> System.out.print(chunk.text()));
                }
                """));
        snippets.add(python("""
                stream = client.chat.completions.create(
                    model="%s",
                    messages=[{"role": "user", "content": "Hello!"}],
                    stream=True,
                )
                for chunk in stream:
                    if chunk.choices:
                        print(chunk.choices[0].delta.content or "", end="")
                """));
        snippets.add(typescript("""
                const stream = await client.chat.completions.create({
                  model: "%s",
                  messages: [{ role: "user", content: "Hello!" }],
                  stream: true,
                });
                for await (const chunk of stream) {
                  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
                }
                """));
        snippets.add(curl("v1/chat/completions", body));
        snippets.add(new Snippet("langchain", "LangChain", """
                # pip install langchain-openai
                import os
                from langchain_openai import ChatOpenAI

                model = ChatOpenAI(
                    base_url="%s",
                    api_key=os.environ["%s"],
                    model="%s",
                )
                print(model.invoke("Hello!").content)
                """.formatted(openAiUrl(), KEY, workload)));
        snippets.add(anyClient());
        return snippets;
    }

    private List<Snippet> embeddings() {
        return List.of(
                java("""
                        import dev.inferencekey.DataClient;
                        import dev.inferencekey.EmbedResult;

                        """, """
                        try (DataClient data = %s) {
                            EmbedResult result = data.endpoint("%s").embed("the first text", "the second text");
                            System.out.println(result.embeddings().get(0).length);
                        }
                        """),
                python("""
                        result = client.embeddings.create(model="%s", input=["the first text", "the second text"])
                        print(len(result.data[0].embedding))
                        """),
                typescript("""
                        const result = await client.embeddings.create({ model: "%s", input: ["the first text", "the second text"] });
                        console.log(result.data[0].embedding.length);
                        """),
                curl(
                        "v1/embeddings",
                        "{\"model\": \"" + workload + "\", \"input\": [\"the first text\", \"the second text\"]}"),
                new Snippet("langchain", "LangChain", """
                        # pip install langchain-openai
                        import os
                        from langchain_openai import OpenAIEmbeddings

                        model = OpenAIEmbeddings(
                            base_url="%s",
                            api_key=os.environ["%s"],
                            model="%s",
                            check_embedding_ctx_length=False,
                        )
                        print(len(model.embed_query("the first text")))
                        """.formatted(openAiUrl(), KEY, workload)),
                anyClient());
    }

    private List<Snippet> rerank() {
        String body = "{\"model\": \"" + workload
                + "\", \"query\": \"opening hours\", \"documents\": [\"We open at 9.\", \"We sell bread.\"]}";
        return List.of(
                java("""
                        import dev.inferencekey.DataClient;
                        import java.util.List;

                        """, """
                        try (DataClient data = %s) {
                            data.endpoint("%s")
                                    .rerank("opening hours", List.of("We open at 9.", "We sell bread."))
                                    .results()
                                    .forEach(hit -> System.out.println(hit.score() + " " + hit.document()));
                        }
                        """),
                new Snippet("python", "Python", """
                        # pip install requests
                        import os
                        import requests

                        answer = requests.post(
                            "%s/rerank",
                            headers={"Authorization": f"Bearer {os.environ['%s']}"},
                            json=%s,
                        )
                        print(answer.json()["results"])
                        """.formatted(openAiUrl(), KEY, body)),
                new Snippet("typescript", "TypeScript", """
                        const answer = await fetch("%s/rerank", {
                          method: "POST",
                          headers: { Authorization: `Bearer ${process.env.%s}`, "Content-Type": "application/json" },
                          body: JSON.stringify(%s),
                        });
                        console.log((await answer.json()).results);
                        """.formatted(openAiUrl(), KEY, body)),
                curl("v1/rerank", body));
    }

    private List<Snippet> json(String path, String body, String python, String typescript) {
        return List.of(javaPost(path, body), python(python), typescript(typescript), curl(path, body), anyClient());
    }

    private List<Snippet> upload(String path, String parts, String python, String typescript) {
        return List.of(
                python(python),
                typescript(typescript),
                new Snippet(
                        "curl",
                        "curl",
                        "curl -sS \"" + endpoint() + "/" + path + "\" \\\n  -H \"Authorization: Bearer $" + KEY
                                + "\" \\\n  " + parts + "\n"),
                anyClient());
    }

    /** Our own client; {@code code} takes the client and the slug. */
    private Snippet java(String imports, String code) {
        String client = "DataClient.builder().baseUrl(\"" + server + "\").project(\"" + project + "\").build()";
        return program(
                "// dev.inferencekey:inferencekey-sdk; the key comes from the environment variable " + KEY + "\n"
                        + imports,
                code.formatted(client, workload));
    }

    private Snippet javaPost(String path, String body) {
        return program("""
                import java.net.URI;
                import java.net.http.HttpClient;
                import java.net.http.HttpRequest;
                import java.net.http.HttpResponse;

                """, """
                HttpRequest request = HttpRequest.newBuilder(URI.create("%s"))
                        .header("Authorization", "Bearer " + System.getenv("%s"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                \"""
                                %s
                                \"""))
                        .build();
                HttpResponse<byte[]> answer =
                        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
                System.out.println(answer.statusCode() + ", " + answer.body().length + " bytes");
                """.formatted(endpoint() + "/" + path, KEY, body));
    }

    /** One file that {@code java Call.java} runs. */
    private static Snippet program(String imports, String statements) {
        return new Snippet(
                "java",
                "Java",
                imports
                        + "public class Call {\n    public static void main(String[] args) throws Exception {\n"
                        + statements.indent(8)
                        + "    }\n}\n");
    }

    private Snippet python(String code) {
        return new Snippet("python", "Python", """
                # pip install openai
                import os
                from openai import OpenAI

                client = OpenAI(
                    base_url="%s",
                    api_key=os.environ["%s"],
                )
                """.formatted(openAiUrl(), KEY) + code.formatted(workload));
    }

    private Snippet typescript(String code) {
        return new Snippet("typescript", "TypeScript", """
                // npm install openai
                import OpenAI from "openai";

                const client = new OpenAI({
                  baseURL: "%s",
                  apiKey: process.env.%s,
                });
                """.formatted(openAiUrl(), KEY) + code.formatted(workload));
    }

    private Snippet curl(String path, String body) {
        String stream = body.contains("\"stream\": true") ? "-N " : "";
        return new Snippet(
                "curl",
                "curl",
                "curl -sS " + stream + "\"" + endpoint() + "/" + path + "\" \\\n  -H \"Authorization: Bearer $" + KEY
                        + "\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + body + "'\n");
    }

    private Snippet anyClient() {
        return new Snippet(
                "any",
                "Any OpenAI client",
                "OPENAI_BASE_URL=" + openAiUrl() + "\nOPENAI_API_KEY=$" + KEY + "\nOPENAI_MODEL=" + workload + "\n");
    }
}
