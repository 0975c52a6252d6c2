package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.CommandOutput;
import dev.inferencekey.contract.credential.LiveKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** nginx with Debian's Lua module doing the work of a gateway: verify, check the grant, replace the model, read the usage, record. */
public final class NginxLua implements Contender {
    public static final String NAME = "nginx-lua";

    private static final Path MODULES = Path.of("/usr/lib/nginx/modules");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "one worker; Lua verifies the key's SHA-256, checks the grant, replaces the model and reads the usage with cjson; "
                + "one record per request, buffered";
    }

    @Override
    public String version() {
        return "libnginx-mod-http-lua "
                + CommandOutput.firstLine(
                        List.of("dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-http-lua"), "unknown");
    }

    @Override
    public Optional<String> missing() {
        if (!Files.exists(MODULES.resolve("ngx_http_lua_module.so"))) {
            return Optional.of("the package libnginx-mod-http-lua is not installed");
        }
        boolean cjson = CommandOutput.firstLine(List.of("dpkg-query", "-W", "-f", "${Status}", "lua-cjson"), "")
                .endsWith("installed");
        return cjson ? Programs.missing("nginx") : Optional.of("the package lua-cjson is not installed");
    }

    @Override
    public Running start(Bench bench) {
        Folders.fill(
                "gateway.lua",
                bench.folder(NAME).resolve("gateway.lua"),
                Map.of(
                        "KEYS",
                        bench.keys().stream().map(NginxLua::entry).collect(Collectors.joining(",\n")),
                        "PROJECT",
                        Bench.PROJECT,
                        "WORKLOAD",
                        Bench.WORKLOAD,
                        "MODEL",
                        Bench.MODEL));
        return Nginx.start(NAME, "nginx-lua.conf", bench, Map.of("MODULES", MODULES.toString()));
    }

    private static String entry(String key) {
        LiveKey parsed = LiveKey.parse(key).orElseThrow();
        String sha256 = HexFormat.ofDelimiter("").withPrefix("\\x").formatHex(parsed.secretSha256());
        return "    [\"" + parsed.publicId() + "\"] = { sha256 = \"" + sha256 + "\", project = \"" + Bench.PROJECT
                + "\", workloads = { [\"" + Bench.WORKLOAD + "\"] = true } }";
    }
}
