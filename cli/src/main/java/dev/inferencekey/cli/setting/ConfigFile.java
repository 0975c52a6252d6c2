package dev.inferencekey.cli.setting;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A server's settings in YAML: flat keys, named as the flags are. Whatever is wrong is told with file and line, and nothing is half read.
 * Immutable and thread-safe.
 */
public final class ConfigFile {
    private static final int MAX_BYTES = 256 << 10;

    /** One key with its values, as they are written. */
    record Entry(List<String> values, int line) {}

    private final Path path;
    private final Map<String, Entry> entries;

    private ConfigFile(Path path, Map<String, Entry> entries) {
        this.path = path;
        this.entries = entries;
    }

    /** @throws UsageException if it can't be read, is no such file, or shows secrets to everybody */
    public static ConfigFile read(Path path, SettingTable table) {
        Set<PosixFilePermission> permissions;
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            permissions = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? Files.getPosixFilePermissions(path)
                    : Set.of();
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new UsageException(path + ": there is no such configuration file");
        } catch (IOException e) {
            throw new UsageException(
                    path + " can't be read; check that it is a file, and that its owner lets this user", e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new UsageException(path + " is longer than a configuration file may be (256 KiB)");
        }
        if (permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new UsageException(path + " can be changed by every user of this machine; run chmod o-w " + path);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UsageException(path + " is not text in UTF-8");
        }
        Map<String, Entry> entries = new Reader(path, table).read(text);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            entries.forEach((name, entry) -> requireOpen(path, table.find(name).orElseThrow(), entry));
        }
        return new ConfigFile(path, entries);
    }

    private static void requireOpen(Path path, Setting setting, Entry entry) {
        if (entry.values().stream().anyMatch(setting::isSecret)) {
            throw new UsageException(path + ":" + entry.line() + ": " + setting.name()
                    + " holds a secret, and every user of this machine may read the file; run chmod 640 " + path
                    + ", or keep the secret in " + setting.variable());
        }
    }

    Path path() {
        return path;
    }

    Optional<Entry> entry(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /**
     * Reads one text.
     *
     * <p>Notes. A stream of tokens and no tree: what aliases would expand to is never built, and aliases are refused anyway.
     */
    private record Reader(Path path, SettingTable table) {
        Map<String, Entry> read(String text) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
                JsonToken first = parser.nextToken();
                if (first == null || first == JsonToken.VALUE_NULL) {
                    return entries; // Comments alone, or nothing.
                }
                if (first != JsonToken.START_OBJECT) {
                    throw wrong(line(parser), "settings are written as \"name: value\", such as \"port: 8080\"");
                }
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    readEntry(parser, entries);
                }
                if (parser.nextToken() != null) {
                    throw wrong(line(parser), "a configuration file holds one document; take the line --- away");
                }
            } catch (JacksonException e) {
                int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
                // The first line says what is wrong; the others draw the place, and what stands there may be a secret.
                String reason = String.valueOf(e.getOriginalMessage())
                        .lines()
                        .map(PlainText::line)
                        .filter(shown -> !shown.isBlank())
                        .findFirst()
                        .orElse("this can't be read");
                throw wrong(Math.max(1, line), reason);
            }
            return entries;
        }

        private void readEntry(JsonParser parser, Map<String, Entry> entries) {
            String name = parser.currentName();
            int line = line(parser);
            refuseMarks(parser);
            JsonToken token = parser.nextToken();
            Setting setting = table.find(name).orElseThrow(() -> unknown(name, line, token));
            Entry earlier = entries.get(name);
            if (earlier != null) {
                throw wrong(line, name + " is already set in line " + earlier.line() + "; keep one of them");
            }
            entries.put(name, new Entry(values(parser, setting, line), line));
        }

        private UsageException unknown(String name, int line, JsonToken next) {
            String shown = PlainText.cut(PlainText.line(name), 80);
            if (name.equals(SettingTable.CONFIG)) {
                return wrong(line, "a configuration file can't name another one");
            }
            String advice = table.nearestTo(name)
                    .map(near -> "; did you mean " + near + "?")
                    .orElse(
                            next == JsonToken.START_OBJECT
                                    ? "; settings are flat: write what it holds without it"
                                    : "; `ik config show` lists all of them");
            return wrong(line, "there is no setting \"" + shown + "\"" + advice);
        }

        private List<String> values(JsonParser parser, Setting setting, int line) {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                return List.of(value(parser, setting, line));
            }
            if (!setting.repeatable()) {
                throw wrong(line, setting.name() + " takes one value, not a list");
            }
            refuseMarks(parser);
            List<String> values = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                values.add(value(parser, setting, line(parser)));
            }
            return List.copyOf(values);
        }

        private String value(JsonParser parser, Setting setting, int line) {
            refuseMarks(parser);
            String text = switch (parser.currentToken()) {
                case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE -> parser.getString();
                case VALUE_NULL -> "";
                default ->
                    throw wrong(
                            line,
                            setting.name() + " takes a value, such as \"" + setting.name() + ": "
                                    + setting.option().paramLabel() + "\"");
            };
            if (text.isBlank()) {
                throw wrong(line, setting.name() + " has no value; take the line away to leave it at its default");
            }
            if (setting.toggle() && !text.equals("true") && !text.equals("false")) {
                throw wrong(line, setting.name() + " must be true or false");
            }
            return text;
        }

        /** Aliases would be read as the names of their anchors, and tags could mean anything: neither is needed here. */
        private void refuseMarks(JsonParser parser) {
            if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                throw wrong(line(parser), "aliases (*name) are not supported; write the value out");
            }
            if (parser.getTypeId() != null) {
                throw wrong(line(parser), "tags (!name) are not supported; write the value alone");
            }
        }

        private static int line(JsonParser parser) {
            return Math.max(1, parser.currentTokenLocation().getLineNr());
        }

        private UsageException wrong(int line, String what) {
            return new UsageException(path + ":" + line + ": " + what);
        }
    }
}
