package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.ControlCredential;
import dev.inferencekey.cli.api.DataFolder;
import dev.inferencekey.cli.api.ServerAddress;
import dev.inferencekey.cli.api.SessionFile;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.cli.shell.Table;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a running command may reach: its shell, its server, the credential of whoever types. For one run on one thread. */
public record CommandContext(Shell shell, GlobalOptions options) {
    public static final String BASE_URL = "INFERENCEKEY_BASE_URL";
    public static final String PROJECT = "INFERENCEKEY_PROJECT";
    public static final String SDK_TOKEN = "INFERENCEKEY_SDK_TOKEN";
    public static final String API_KEY = "INFERENCEKEY_API_KEY";

    /** The server: {@code --url}, then the environment, then this machine. */
    public ServerAddress server() {
        String url = options.url();
        if (url != null) {
            return ServerAddress.parse(url, "--url");
        }
        return shell.variable(BASE_URL)
                .map(text -> ServerAddress.parse(text, BASE_URL))
                .orElse(ServerAddress.DEFAULT);
    }

    public DataFolder dataFolder() {
        return DataFolder.choose(options.data(), shell);
    }

    /** The data folder that the command line names; empty if it names none. */
    public Optional<Path> givenDataFolder() {
        return Optional.ofNullable(options.data());
    }

    public SessionFile sessions() {
        return new SessionFile(shell);
    }

    public Instant now() {
        return shell.clock().instant();
    }

    public boolean json() {
        return options.json();
    }

    /** The control plane, for what only people may do. */
    public ControlApi api() {
        ServerAddress server = server();
        return connect(server, person(server).orElseThrow(() -> nobody("")));
    }

    /** The control plane, for what an SDK token may do as well; a person's credential goes first. */
    public ControlApi apiForTokensToo() {
        ServerAddress server = server();
        return connect(
                server,
                person(server)
                        .or(() -> shell.variable(SDK_TOKEN)
                                .map(token -> new ControlCredential(
                                        ControlCredential.Source.TOKEN, token.strip(), SDK_TOKEN)))
                        .orElseThrow(() -> nobody(", or set " + SDK_TOKEN)));
    }

    /** The control plane, for what is about the account of whoever signed in. */
    public ControlApi apiForSignedIn() {
        ServerAddress server = server();
        return connect(
                server,
                sessions()
                        .find(server, now())
                        .orElseThrow(() -> new UsageException("nobody is signed in: sign in with `ik login`")));
    }

    /** The control plane, for what is the operator's business; without the operator's credential, a person's. */
    public ControlApi apiForOperator() {
        ServerAddress server = server();
        return connect(
                server,
                operator(server).or(() -> sessions().find(server, now())).orElseThrow(() -> nobody("")));
    }

    /** The control plane, for what anyone may ask. */
    public ControlApi apiForAnyone() {
        return new ControlApi(server(), null);
    }

    /** Whether a person's credential for the server is at hand. */
    public boolean knowsPerson() {
        return person(server()).isPresent();
    }

    /**
     * Whose credential to use. A data folder that was named is a stronger wish than a session left from earlier; one that was not
     * is the last resort.
     */
    private Optional<ControlCredential> person(ServerAddress server) {
        Supplier<Optional<ControlCredential>> operator = () -> operator(server);
        Supplier<Optional<ControlCredential>> session = () -> sessions().find(server, now());
        return options.data() != null
                ? operator.get().or(session)
                : session.get().or(operator);
    }

    private Optional<ControlCredential> operator(ServerAddress server) {
        return server.isLoopback() ? dataFolder().operatorCredential() : Optional.empty();
    }

    private UsageException nobody(String orElse) {
        return new UsageException(
                "nobody is signed in: sign in with `ik login`, or run this on the server's machine with --data"
                        + orElse);
    }

    private ControlApi connect(ServerAddress server, ControlCredential credential) {
        if (server.isOpenToEavesdroppers() && !json()) {
            shell.err().println("ik: warning: " + server + " is not encrypted; the credential can be read on the way");
        }
        return new ControlApi(server, credential);
    }

    /** Answers with the document as JSON, or in the form for people. */
    public void answer(JsonNode document, Runnable forPeople) {
        if (json()) {
            shell.out().println(Pretty.JSON.writeValueAsString(document));
        } else {
            forPeople.run();
        }
        shell.out().flush();
    }

    /**
     * Answers with a list, as JSON or as a table.
     *
     * @param none what to say to people about an empty list
     * @param row adds one item to the table
     */
    public void answerList(JsonNode list, String none, Table table, BiConsumer<Table, JsonNode> row) {
        answer(list, () -> {
            if (list.isEmpty()) {
                say(none);
                return;
            }
            list.forEach(item -> row.accept(table, item));
            table.print(shell.out(), shell.outTerminal());
        });
    }

    /** Says something for people only. */
    public void say(String text) {
        shell.out().println(text);
    }

    /** Made when something is printed as JSON: most runs print none. */
    private static final class Pretty {
        static final JsonMapper JSON =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    }
}
