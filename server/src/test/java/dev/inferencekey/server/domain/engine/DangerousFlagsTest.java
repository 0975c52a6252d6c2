package dev.inferencekey.server.domain.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What must not reach an engine through a declaration: flags as engines document them, in every spelling that engines understand. */
class DangerousFlagsTest {
    private static final String LLAMA = "llama-server -m tiny.gguf";
    private static final String VLLM = "vllm serve org/model";
    private static final String OMNI = "vllm-omni serve org/model";
    private static final String SGLANG = "python3 -m sglang.launch_server --model-path org/model";
    private static final String SD = "sd-server -m tiny.gguf";

    /** Flags that run programs, load code, listen, connect, fetch, read or write files, set keys, or show others' texts. */
    private static final Map<String, List<String>> FLAGS =
            Map.of(LLAMA, words("""
                    --mcp-servers-json --mcp-servers-config --tools --tools-runtime --agent -ag --ui-mcp-proxy --webui-mcp-proxy
                    --rpc --model-url -mu --mmproj-url -mmu --docker-repo -dr --hf-repo -hf -hfr --hf-file -hff --hf-token -hft
                    --hf-repo-draft -hfd -hfrd --hf-repo-v -hfv -hfrv --hf-file-v -hffv --spec-draft-hf --model-vocoder -mv
                    --api-key --api-key-file --log-file --chat-template-file --path --slot-save-path --media-path --models-dir
                    --models-preset --models-max --models-autoload --grammar-file --json-schema-file -jf --grammar -j --json-schema
                    --lookup-cache-static -lcs --lookup-cache-dynamic -lcd --ssl-key-file --ssl-cert-file --host --port --reuse-port
                    --api-prefix --cors-origins --cors-methods --cors-headers --cors-credentials --ui-config --webui-config
                    --ui-config-file --webui-config-file --props --slots --verbose -v --log-verbose --verbosity -lv
                    --log-verbosity --log-jsonl --verbose-prompt --override-kv --override-tensor -ot --lora-scaled
                    --control-vector-scaled --video-ffmpeg-dir --alias -a --tags --completion-bash --version --help -h --usage
                    --cache-list -cl --list-devices --offline --prio --prio-batch --file -f --binary-file -bf --prompt -p
                    --system-prompt-file -spf --logdir --save-all-logits --out-file -o --tts-use-guide-tokens --spec-type --spec-draft-override-tensor -otd
                    --embd-gemma-default --fim-qwen-7b-spec --gpt-oss-20b-default --vision-gemma-4b-default --reverse-prompt -r
                    """), VLLM, words("""
                    --trust-remote-code --trust-remote --trust --no-trust-remote-code --middleware --tool-parser-plugin
                    --reasoning-parser-plugin --chat-template --config --hf-token --hf-config-path --hf-overrides --download-dir
                    --allowed-local-media-path --allowed-media-domains --lora-modules --enable-lora --prompt-adapters --ssl-keyfile
                    --ssl-certfile --ssl-ca-certs --ssl-cert-reqs --root-path --api-key --host --port --uds --fd
                    --allowed-origins --allowed-methods --allowed-headers --allow-credentials --served-model-name
                    --log-config-file --enable-log-requests --max-log-len --enable-log-outputs --otlp-traces-endpoint
                    --collect-detailed-traces --worker-cls --worker-extension-cls --scheduler-cls --logits-processors
                    --logits-processor-pattern --distributed-executor-backend --kv-transfer-config --kv-events-config
                    --ec-transfer-config --additional-config --compilation-config -O -O3 --speculative-config
                    --model-loader-extra-config --ignore-patterns --use-tqdm-on-load --pt-load-map-location
                    --data-parallel-address -dpa --data-parallel-rpc-port -dpp --data-parallel-size -dp --data-parallel-backend -dpb
                    --data-parallel-hybrid-lb --data-parallel-start-rank --data-parallel-size-local -dpl --headless
                    --api-server-count --master-addr --master-port --nnodes --node-rank --ray-workers-use-nsight
                    --enable-sleep-mode --enable-server-load-tracking --io-processor-plugin --renderer-num-workers
                    --override-neuron-config --override-pooler-config --pooler-config --code-revision --tool-server
                    --disable-frontend-multiprocessing --enable-request-id-headers --h11-max-header-count --show-hidden-metrics-for-version
                    --parallel-config.worker_cls --model-config.trust_remote_code --structured-outputs-config --help -h --version -v
                    --safetensors-load-strategy --profiler-config --weight-transfer-config --shutdown-timeout --mm-encoder-tp-mode
                    --interleave-mm-strings --media-io-kwargs --enable-mm-embeds --video-pruning-rate --gdn-prefill-backend
                    """), OMNI, words("""
                    --stage-configs-path --omni-master-address --omni-master-port --ray-address --worker-backend --config
                    --trust-remote-code --middleware --custom-pipeline-args --deploy-config --stage-overrides
                    """), SGLANG, words("""
                    --trust-remote-code --trust-remote --config --host --port --api-key --admin-api-key --served-model-name
                    --fastapi-root-path --grpc-mode --smg-grpc-mode --nccl-port --dist-init-addr --nccl-init-addr --nnodes
                    --node-rank --dp --dp-size --data-parallel-size --load-balance-method --warmups --skip-tokenizer-init
                    --model-loader-extra-config --custom-weight-loader --weight-loader-disable-mmap --download-dir
                    --json-model-override-args --preferred-sampling-params --quantization-param-path
                    --modelopt-checkpoint-restore-path --modelopt-checkpoint-save-path --modelopt-export-path --rl-quant-profile
                    --log-requests --log-requests-level --log-requests-format --log-requests-target --crash-dump-folder
                    --show-time-cost --enable-metrics-for-all-schedulers --export-metrics-to-file --export-metrics-to-file-dir
                    --gc-warning-threshold-secs --enable-trace --otlp-traces-endpoint --kv-events-config --tool-server
                    --completion-template --file-storage-path --enable-custom-logit-processor --enable-lora --lora-paths
                    --forward-hooks --hicache-storage-backend --hicache-storage-backend-extra-config --enable-hierarchical-cache
                    --disaggregation-mode --disaggregation-bootstrap-port --disaggregation-ib-device --remote-instance-weight-loader-seed-instance-ip
                    --remote-instance-weight-loader-backend --engine-info-bootstrap-port --ssl-keyfile --ssl-certfile --ssl-ca-certs
                    --ssl-keyfile-password --enable-ssl-refresh --sleep-on-idle --debug-tensor-dump-output-folder
                    --debug-tensor-dump-input-file --delete-ckpt-after-loading --enable-memory-saver --custom-sigquit-handler
                    --decrypted-config-file --decrypted-draft-config-file --mm-process-config --tbo-token-distribution-threshold
                    --init-expert-location --expert-distribution-recorder-mode --eplb-algorithm --ep-dispatch-algorithm
                    --speculative-token-map --kt-weight-path --bucket-time-to-first-token --collect-tokens-histogram --help -h
                    """), SD, words("""
                    --listen-ip -l --listen-port --serve-html-path --verbose -v --output -o --prompt -p --negative-prompt -n
                    --init-img -i --end-img --mask --control-image --control-video --pm-id-images-dir --pm-id-embed-path
                    --ref-image -r --tensor-type-rules --hires-upscalers-dir --rpc-servers --preview-path --preview --mode -M
                    --help -h --color --host --port --api-key --config --model-config --imatrix --log-file
                    """));

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    private static String backend(String command) {
        return switch (command) {
            case LLAMA -> "llamacpp";
            case VLLM -> "vllm";
            case OMNI -> "vllm-omni";
            case SGLANG -> "sglang";
            default -> "stablediffusioncpp";
        };
    }

    static Stream<Arguments> flags() {
        return FLAGS.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream()
                        .map(flag -> Arguments.of(backend(entry.getKey()), entry.getKey(), flag)));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("flags")
    void refusesTheFlagInEverySpellingAndNamesIt(String backend, String command, String flag) {
        List<String> spellings = new ArrayList<>(List.of(
                flag + " x",
                flag + "=x",
                flag,
                flag + " ''",
                "'" + flag + "' x",
                flag.replace('-', '_').replaceFirst("^_+", "--") + " x"));
        spellings.add(flag + ".x=1");
        spellings.add(flag + "x");
        for (String spelling : spellings) {
            for (String line : List.of(command + " " + spelling, insertedFirst(command, spelling))) {
                InvalidFieldException refused = catchThrowableOfType(
                        InvalidFieldException.class,
                        () -> TestEngineRules.RULES.plan(backend, "m", Map.of("command", line)));
                assertThat(refused).as(line).isNotNull();
                assertThat(refused.field()).isEqualTo("config.command");
            }
        }
        InvalidFieldException plain = catchThrowableOfType(
                InvalidFieldException.class,
                () -> TestEngineRules.RULES.plan(backend, "m", Map.of("command", command + " " + flag + " x")));
        assertThat(plain).hasMessageContaining(flag);
    }

    /** Before the model, where the engine's other flags might be thought to end. */
    private static String insertedFirst(String command, String words) {
        int last = command.startsWith("vllm") ? command.lastIndexOf(' ') : command.indexOf(" -m ");
        return command.substring(0, last) + " " + words + command.substring(last);
    }

    /** Values that would smuggle something in under an allowed flag. */
    static Stream<Arguments> values() {
        return Stream.of(
                        LLAMA + " -c",
                        LLAMA + " -c --tools",
                        LLAMA + " -c ''",
                        LLAMA + " -c 1e9",
                        LLAMA + " -c 2000000000",
                        LLAMA + " -c4096",
                        LLAMA + " -c=4096",
                        LLAMA + " -c 1 --ctx-size 2",
                        LLAMA + " -c 1 --ctx_size 2",
                        LLAMA + " --ctx",
                        LLAMA + " --jinja=true",
                        LLAMA + " --jinja x",
                        LLAMA + " -- --tools all",
                        LLAMA + " -",
                        LLAMA + " --",
                        LLAMA + " @file",
                        LLAMA + " file.gguf",
                        LLAMA + " -fa /etc/passwd",
                        LLAMA + " --chat-template /etc/passwd",
                        LLAMA + " --chat-template ./x",
                        LLAMA + " --chat-template '{{ 1 }}'",
                        LLAMA + " --chat-template-kwargs '{\"a\":\"/etc/passwd\"}'",
                        LLAMA + " --chat-template-kwargs '{\"a\":{\"b\":1}}'",
                        LLAMA + " --chat-template-kwargs '{\"a\":\"x\\\\\"y\"}'",
                        LLAMA + " --device RPC0:127.0.0.1",
                        LLAMA + " --lora a.gguf,/etc/passwd",
                        LLAMA + " --lora /etc/passwd",
                        LLAMA + " --lora ../../operator.credential",
                        LLAMA + " --mmproj https://example.com/x",
                        LLAMA + " --mmproj '-x'",
                        LLAMA + " --mmproj '~/x'",
                        LLAMA + " --samplers 'a\nb'",
                        LLAMA + " \u2014ctx-size 5",
                        LLAMA + " --ctx\u2010size 5",
                        LLAMA + " --CTX-SIZE 5",
                        "llama-server",
                        "llama-server -c 5",
                        "llama-server -m /etc/passwd",
                        "llama-server -m ../x.gguf",
                        "llama-server -m '/models/../etc/passwd'",
                        "llama-server -m 'x\n'",
                        "llama-server -m -",
                        "LD_PRELOAD=/x llama-server -m tiny.gguf",
                        "env llama-server -m tiny.gguf",
                        VLLM + " other/model",
                        VLLM + " --model other/model --model third/model",
                        VLLM + " --tokenizer ../x",
                        VLLM + " --tokenizer /etc",
                        VLLM + " --tokenizer ~/x",
                        VLLM + " --load-format pt",
                        VLLM + " --load-format tensorizer",
                        VLLM + " --load-format runai_streamer",
                        VLLM + " --tokenizer-mode custom",
                        VLLM + " --generation-config /etc",
                        VLLM + " --override-generation-config @x",
                        VLLM + " --dtype=../x",
                        VLLM + " --max-model-len.x 5",
                        VLLM + " -tp2",
                        VLLM + " --tensor-parallel 2",
                        VLLM + " --revision ../../x",
                        VLLM + " --revision refs/x",
                        VLLM + " --tool-call-parser /tmp/x.py",
                        VLLM + " --tool-call-parser x.y",
                        "vllm serve",
                        "vllm serve --dtype auto",
                        "vllm serve @args",
                        "vllm serve s3://bucket/x",
                        "vllm serve https://x/y",
                        "vllm serve a/b/c",
                        "vllm serve /",
                        "vllm serve ./../x",
                        "vllm serve ..",
                        "vllm serve org/..",
                        "vllm serve org/.hidden",
                        "vllm serve -x",
                        "vllm serve ''",
                        "vllm run-batch -i /etc/passwd",
                        "vllm --help",
                        "vllm",
                        "python3 -c 'import os' --model-path x",
                        "python3 -m sglang.launch_server -m x",
                        "python3 -m sglang.bench_serving --model x",
                        "python3 -I -m sglang.launch_server --model-path x",
                        "python3 -m sglang.launch_server",
                        "sglang generate --model-path x",
                        SGLANG + " --chat-template /x.jinja",
                        SGLANG + " --chat-template x.jinja",
                        SGLANG + " --load-format remote",
                        SGLANG + " --model other/model",
                        SD + " --lora-model-dir /",
                        SD + " --lora-model-dir ..",
                        SD + " --clip_l /etc/passwd",
                        SD + " --vae 'a,b'",
                        SD + " --cache-option a=/etc",
                        "sd-server --steps 5",
                        "sd-server -m tiny.gguf extra")
                .map(line -> Arguments.of(
                        line.startsWith("vllm")
                                ? "vllm"
                                : line.contains("sglang") || line.startsWith("python")
                                        ? "sglang"
                                        : line.startsWith("sd-server") ? "stablediffusioncpp" : "llamacpp",
                        line));
    }

    @ParameterizedTest
    @MethodSource("values")
    void refusesWhatSmugglesUnderAllowedFlags(String backend, String line) {
        InvalidFieldException refused = catchThrowableOfType(
                InvalidFieldException.class, () -> TestEngineRules.RULES.plan(backend, "m", Map.of("command", line)));

        assertThat(refused).as(line).isNotNull();
        assertThat(refused.field()).isEqualTo("config.command");
        assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(700);
    }
}
