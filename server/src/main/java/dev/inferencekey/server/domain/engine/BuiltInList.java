package dev.inferencekey.server.domain.engine;

/**
 * What declarations may say about each engine where the operator does not say more, in the form of {@link EngineLists}.
 *
 * <p>Notes. Nothing that runs programs or loads code, that listens, connects or fetches, that reads or writes files other than models
 * in the model folders, that sets a key, or that shows one caller's text to another one (verbose logs, logged requests) may stand
 * here. Where an engine takes "a name or a path", the kind takes names only. When in doubt leave a flag out: an operator can add it.
 */
final class BuiltInList {
    private BuiltInList() {}

    static final String TEXT = """
            [llama-server]
            # Model and adapters
            -m, --model                               model-file
            -mm, --mmproj                             model-file
            --mmproj-offload                          none
            --no-mmproj-offload                       none
            --no-mmproj                               none
            --lora                                    model-file, repeatable
            --control-vector                          model-file, repeatable
            --check-tensors                           none
            # Speculative decoding with a draft model
            -md, --model-draft, --spec-draft-model    model-file
            -ngld, --gpu-layers-draft, --n-gpu-layers-draft, --spec-draft-ngl  integer 0..1048576 or auto|all
            -cd, --ctx-size-draft                     integer 0..16777216
            --draft, --draft-n, --draft-max, --spec-draft-n-max  integer 0..1024
            --draft-min, --draft-n-min, --spec-draft-n-min  integer 0..1024
            --draft-p-min, --spec-draft-p-min         number 0..1
            -ctkd, --cache-type-k-draft               choice f32|f16|bf16|q8_0|q4_0|q4_1|iq4_nl|q5_0|q5_1
            -ctvd, --cache-type-v-draft               choice f32|f16|bf16|q8_0|q4_0|q4_1|iq4_nl|q5_0|q5_1
            # Context, batches, requests side by side
            -c, --ctx-size                            integer 0..16777216
            -n, --predict, --n-predict                integer -1..16777216
            -b, --batch-size                          integer 1..1048576
            -ub, --ubatch-size                        integer 1..1048576
            -np, --parallel                           integer -1..256
            --keep                                    integer -1..16777216
            -cb, --cont-batching                      none
            -nocb, --no-cont-batching                 none
            --context-shift                           none
            --no-context-shift                        none
            --swa-full                                none
            -kvu, --kv-unified                        none
            -no-kvu, --no-kv-unified                  none
            --cache-prompt                            none
            --no-cache-prompt                         none
            --cache-reuse                             integer 0..16777216
            -cram, --cache-ram                        integer -1..1048576
            -ctxcp, --ctx-checkpoints                 integer 0..1024
            -to, --timeout                            integer 1..86400
            --threads-http                            integer -1..1024
            --image-min-tokens                        integer 0..1048576
            --image-max-tokens                        integer 0..1048576
            # Processors and memory
            -t, --threads                             integer -1..1024
            -tb, --threads-batch                      integer -1..1024
            -C, --cpu-mask                            name
            -Cr, --cpu-range                          cores
            --cpu-strict                              choice 0|1
            --poll                                    integer 0..100
            --numa                                    choice distribute|isolate|numactl
            --mlock                                   none
            --mmap                                    none
            --no-mmap                                 none
            --repack                                  none
            -nr, --no-repack                          none
            -dev, --device                            names
            -ngl, --gpu-layers, --n-gpu-layers        integer 0..1048576 or auto|all
            -sm, --split-mode                         choice none|layer|row|tensor
            -ts, --tensor-split                       numbers
            -mg, --main-gpu                           integer 0..1024
            -cmoe, --cpu-moe                          none
            -ncmoe, --n-cpu-moe                       integer 0..1048576
            -fit, --fit                               choice on|off
            -fa, --flash-attn                         optional on|off|auto
            -kvo, --kv-offload                        none
            -nkvo, --no-kv-offload                    none
            --op-offload                              none
            --no-op-offload                           none
            -ctk, --cache-type-k                      choice f32|f16|bf16|q8_0|q4_0|q4_1|iq4_nl|q5_0|q5_1
            -ctv, --cache-type-v                      choice f32|f16|bf16|q8_0|q4_0|q4_1|iq4_nl|q5_0|q5_1
            --warmup                                  none
            --no-warmup                               none
            # Longer contexts than trained
            --rope-scaling                            choice none|linear|yarn
            --rope-scale                              number 0..1048576
            --rope-freq-base                          number 0..1000000000000
            --rope-freq-scale                         number 0..1048576
            --yarn-orig-ctx                           integer 0..16777216
            --yarn-ext-factor                         number -1..1048576
            --yarn-attn-factor                        number -1..1048576
            --yarn-beta-slow                          number -1..1048576
            --yarn-beta-fast                          number -1..1048576
            # What it serves
            --embedding, --embeddings                 none
            --rerank, --reranking                     none
            --pooling                                 choice none|mean|cls|last|rank
            --embd-normalize                          integer -1..1024
            --jinja                                   none
            --no-jinja                                none
            --chat-template                           name
            --chat-template-kwargs                    json
            --reasoning-format                        choice auto|none|deepseek|deepseek-legacy
            --reasoning-budget                        integer -1..16777216
            -rea, --reasoning                         choice on|off|auto
            --special                                 none
            --spm-infill                              none
            --sse-ping-interval                       integer -1..86400
            --metrics                                 none
            --no-slots                                none
            --no-webui                                none
            --no-ui                                   none
            --log-disable                             none
            # Sampling of requests that do not say it themselves
            -s, --seed                                integer -1..4294967295
            --temperature, --temp                     number 0..100
            --top-k                                   integer 0..16777216
            --top-p                                   number 0..1
            --min-p                                   number 0..1
            --top-n-sigma, --top-nsigma               number -1..100
            --typical-p, --typical                    number 0..1
            --xtc-probability                         number 0..1
            --xtc-threshold                           number 0..1
            --repeat-last-n                           integer -1..16777216
            --repeat-penalty                          number 0..100
            --presence-penalty                        number -100..100
            --frequency-penalty                       number -100..100
            --dry-multiplier                          number 0..100
            --dry-base                                number 0..100
            --dry-allowed-length                      integer 0..16777216
            --dry-penalty-last-n                      integer -1..16777216
            --dynatemp-range                          number 0..100
            --dynatemp-exp                            number 0..100
            --mirostat                                integer 0..2
            --mirostat-lr                             number 0..100
            --mirostat-ent                            number 0..100
            --samplers                                names
            --ignore-eos                              none

            env GGML_CUDA_ENABLE_UNIFIED_MEMORY       choice 0|1
            env GGML_CUDA_FORCE_MMQ                   choice 0|1
            env GGML_CUDA_FORCE_CUBLAS                choice 0|1
            env GGML_CUDA_DISABLE_GRAPHS              choice 0|1
            env GGML_VK_VISIBLE_DEVICES               names

            [vllm, vllm-omni]
            # Model
            --model                                   model
            --tokenizer                               model
            --revision                                revision
            --tokenizer-revision                      revision
            --tokenizer-mode                          choice auto|slow|mistral
            --config-format                           choice auto|hf|mistral
            --load-format                             choice auto|safetensors|mistral|gguf|bitsandbytes|dummy
            --model-impl                              choice auto|vllm|transformers
            --task                                    choice auto|generate|embedding|embed|classify|score|reward|transcription
            --runner                                  choice auto|generate|pooling
            --convert                                 choice auto|none|embed|classify|reward
            --dtype                                   choice auto|half|float16|bfloat16|float|float32
            -q, --quantization                        name
            --seed                                    integer 0..4294967295
            # Context, batches, requests side by side
            --max-model-len                           size
            --max-num-seqs                            integer 1..65536
            --max-num-batched-tokens                  size
            --max-num-partial-prefills                integer 1..65536
            --long-prefill-token-threshold            integer 0..16777216
            --max-seq-len-to-capture                  size
            --max-logprobs                            integer -1..1048576
            --enable-chunked-prefill                  none
            --no-enable-chunked-prefill               none
            --enable-prefix-caching                   none
            --no-enable-prefix-caching                none
            --prefix-caching-hash-algo                choice builtin|sha256|sha256_cbor|sha256_cbor_64bit
            --scheduling-policy                       choice fcfs|priority
            --async-scheduling                        none
            --no-async-scheduling                     none
            --disable-sliding-window                  none
            # Processors and memory
            --gpu-memory-utilization                  number 0..1
            --kv-cache-dtype                          choice auto|fp8|fp8_e4m3|fp8_e5m2|bfloat16
            --kv-cache-memory-bytes                   size
            --calculate-kv-scales                     none
            --block-size                              integer 1..1024
            --num-gpu-blocks-override                 integer 0..16777216
            --swap-space                              number 0..1048576
            --cpu-offload-gb                          number 0..1048576
            --enforce-eager                           none
            --no-enforce-eager                        none
            --disable-cascade-attn                    none
            --attention-backend                       name
            # Several GPUs of one machine
            -tp, --tensor-parallel-size               integer 1..1024
            -pp, --pipeline-parallel-size             integer 1..1024
            --enable-expert-parallel                  none
            --disable-custom-all-reduce               none
            # What it serves
            --enable-auto-tool-choice                 none
            --tool-call-parser                        name
            --reasoning-parser                        name
            --enable-reasoning                        none
            --response-role                           name
            --chat-template-content-format            choice auto|string|openai
            --default-chat-template-kwargs            json
            --generation-config                       choice auto|vllm
            --override-generation-config              json
            --limit-mm-per-prompt                     json
            --mm-processor-kwargs                     json
            --mm-processor-cache-gb                   number 0..1048576
            --guided-decoding-backend                 name
            --rope-scaling                            json
            --rope-theta                              number 0..1000000000000
            --return-tokens-as-token-ids              none
            --enable-prompt-tokens-details            none
            --enable-force-include-usage              none
            --disable-log-stats                       none
            --disable-log-requests                    none
            --no-enable-log-requests                  none
            --disable-uvicorn-access-log              none
            --disable-fastapi-docs                    none

            env HF_TOKEN                              secret
            env HF_HUB_OFFLINE                        choice 0|1
            env HF_HUB_ENABLE_HF_TRANSFER             choice 0|1
            env HF_HUB_DOWNLOAD_TIMEOUT               integer 1..3600
            env VLLM_ATTENTION_BACKEND                name
            env VLLM_USE_V1                           choice 0|1
            env VLLM_USE_FLASHINFER_SAMPLER           choice 0|1
            env VLLM_USE_TRITON_FLASH_ATTN            choice 0|1
            env VLLM_FLASH_ATTN_VERSION               integer 2..4
            env VLLM_ALLOW_LONG_MAX_MODEL_LEN         choice 0|1
            env VLLM_WORKER_MULTIPROC_METHOD          choice fork|spawn
            env VLLM_ENABLE_V1_MULTIPROCESSING        choice 0|1
            env VLLM_ENGINE_ITERATION_TIMEOUT_S       integer 1..86400
            env VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS    integer 1..86400
            env VLLM_LOGGING_LEVEL                    choice INFO|WARNING|ERROR
            env VLLM_CPU_KVCACHE_SPACE                integer 0..1048576
            env VLLM_CPU_OMP_THREADS_BIND             cores
            env VLLM_CPU_NUM_OF_RESERVED_CPU          integer 0..1024
            env VLLM_CPU_SGL_KERNEL                   choice 0|1

            [vllm-omni]
            --omni                                    none

            [sglang]
            # Model
            --model, --model-path                     model
            --tokenizer-path                          model
            --tokenizer-mode                          choice auto|slow
            --revision                                revision
            --load-format                             choice auto|safetensors|gguf|bitsandbytes|dummy|layered
            --model-impl                              choice auto|sglang|transformers
            --dtype                                   choice auto|half|float16|bfloat16|float|float32
            --quantization                            name
            --context-length                          integer 1..16777216
            --is-embedding                            none
            --enable-multimodal                       none
            --random-seed                             integer 0..4294967295
            # Batches, requests side by side
            --max-running-requests                    integer 1..1048576
            --max-queued-requests                     integer 1..1048576
            --max-total-tokens                        integer 1..1073741824
            --chunked-prefill-size                    integer -1..16777216
            --prefill-max-requests                    integer 1..1048576
            --max-prefill-tokens                      integer 1..16777216
            --schedule-policy                         choice lpm|random|fcfs|dfs-weight|lof|priority
            --schedule-conservativeness               number 0..100
            --enable-mixed-chunk                      none
            --stream-interval                         integer 1..1024
            --disable-radix-cache                     none
            --disable-overlap-schedule                none
            --radix-eviction-policy                   choice lru|lfu
            # Processors and memory
            --mem-fraction-static                     number 0..1
            --kv-cache-dtype                          choice auto|fp8_e5m2|fp8_e4m3|bf16|bfloat16|fp4_e2m1
            --page-size                               integer 1..1024
            --cpu-offload-gb                          integer 0..1048576
            --device                                  choice cuda|cpu|xpu|hpu|npu|musa
            --attention-backend                       name
            --prefill-attention-backend               name
            --decode-attention-backend                name
            --mm-attention-backend                    name
            --sampling-backend                        choice flashinfer|pytorch|ascend
            --grammar-backend                         choice xgrammar|outlines|llguidance|none
            --moe-runner-backend                      name
            --disable-cuda-graph                      none
            --cuda-graph-max-bs                       integer 1..65536
            --enable-torch-compile                    none
            --torch-compile-max-bs                    integer 1..65536
            # Several GPUs of one machine
            --tp, --tp-size, --tensor-parallel-size   integer 1..1024
            --pp, --pp-size, --pipeline-parallel-size integer 1..1024
            --ep, --ep-size, --expert-parallel-size   integer 1..1024
            --enable-p2p-check                        none
            --disable-custom-all-reduce               none
            # Speculative decoding
            --speculative-algorithm                   choice EAGLE|EAGLE3|NEXTN|STANDALONE|NGRAM
            --speculative-draft-model, --speculative-draft-model-path  model
            --speculative-num-steps                   integer 1..1024
            --speculative-eagle-topk                  integer 1..1024
            --speculative-num-draft-tokens            integer 1..1024
            # What it serves
            --chat-template                           name
            --hf-chat-template-name                   name
            --tool-call-parser                        name
            --reasoning-parser                        name
            --sampling-defaults                       choice openai|model
            --enable-cache-report                     none
            --enable-metrics                          none
            --skip-server-warmup                      none
            --watchdog-timeout                        number 0..86400
            --log-level                               choice info|warning|error
            --log-level-http                          choice info|warning|error

            env HF_TOKEN                              secret
            env HF_HUB_OFFLINE                        choice 0|1
            env HF_HUB_ENABLE_HF_TRANSFER             choice 0|1
            env HF_HUB_DOWNLOAD_TIMEOUT               integer 1..3600

            [sd-server]
            # Models
            -m, --model                               model-file
            --diffusion-model                         model-file
            --high-noise-diffusion-model              model-file
            --clip_l                                  model-file
            --clip_g                                  model-file
            --clip_vision                             model-file
            --t5xxl                                   model-file
            --llm                                     model-file
            --llm_vision                              model-file
            --qwen2vl                                 model-file
            --qwen2vl_vision                          model-file
            --vae                                     model-file
            --taesd, --tae                            model-file
            --control-net                             model-file
            --photo-maker                             model-file
            --upscale-model                           model-file
            --embd-dir                                model-folder
            --lora-model-dir                          model-folder
            --lora-apply-mode                         choice auto|immediately|at_runtime
            --type                                    name
            --prediction                              name
            # Processors and memory
            -t, --threads                             integer -1..1024
            --offload-to-cpu                          none
            --clip-on-cpu                             none
            --vae-on-cpu                              none
            --control-net-cpu                         none
            --mmap                                    none
            --fa                                      none
            --diffusion-fa                            none
            --diffusion-conv-direct                   none
            --vae-conv-direct                         none
            --vae-tiling                              none
            --vae-tile-overlap                        number 0..1
            --force-sdxl-vae-conv-scale               none
            --flow-shift                              number 0..1000
            --chroma-disable-dit-mask                 none
            --chroma-enable-t5-mask                   none
            --chroma-t5-mask-pad                      integer 0..1024
            --circular                                none
            --cache-mode                              name
            --cache-option                            settings
            --cache-preset                            name
            # Images of requests that do not say it themselves
            -H, --height                              integer 1..16384
            -W, --width                               integer 1..16384
            --steps                                   integer 1..1000
            --high-noise-steps                        integer -1..1000
            --clip-skip                               integer -1..100
            -b, --batch-count                         integer 1..64
            --cfg-scale                               number 0..1000
            --img-cfg-scale                           number 0..1000
            --guidance                                number 0..1000
            --slg-scale                               number 0..1000
            --skip-layer-start                        number 0..1
            --skip-layer-end                          number 0..1
            --eta                                     number 0..1000
            --high-noise-cfg-scale                    number 0..1000
            --high-noise-guidance                     number 0..1000
            --moe-boundary                            number 0..1
            --strength                                number 0..1
            --control-strength                        number 0..1
            -s, --seed                                integer -1..4294967295
            --rng                                     choice std_default|cuda|cpu
            --sampler-rng                             choice std_default|cuda|cpu
            --sampling-method                         choice euler|euler_a|heun|dpm2|dpm++2s_a|dpm++2m|dpm++2mv2|ipndm|ipndm_v|lcm|ddim_trailing|tcd|res_multistep|res_2s
            --scheduler                               choice discrete|karras|exponential|ays|gits|smoothstep|sgm_uniform|simple|kl_optimal|lcm|bong_tangent

            [ollama]
            env OLLAMA_CONTEXT_LENGTH                 integer 1..16777216
            env OLLAMA_NUM_PARALLEL                   integer 1..1024
            env OLLAMA_MAX_LOADED_MODELS              integer 1..1024
            env OLLAMA_MAX_QUEUE                      integer 1..1048576
            env OLLAMA_KEEP_ALIVE                     duration
            env OLLAMA_LOAD_TIMEOUT                   duration
            env OLLAMA_FLASH_ATTENTION                choice 0|1
            env OLLAMA_KV_CACHE_TYPE                  choice f16|q8_0|q4_0
            env OLLAMA_SCHED_SPREAD                   choice 0|1
            env OLLAMA_GPU_OVERHEAD                   integer 0..1099511627776

            [llama-server, vllm, vllm-omni, sglang, sd-server, ollama]
            env CUDA_VISIBLE_DEVICES                  names
            env CUDA_DEVICE_ORDER                     choice FASTEST_FIRST|PCI_BUS_ID
            env HIP_VISIBLE_DEVICES                   names
            env ROCR_VISIBLE_DEVICES                  names
            env HSA_OVERRIDE_GFX_VERSION              revision
            env OMP_NUM_THREADS                       integer 1..1024

            [vllm, vllm-omni, sglang]
            env PYTORCH_CUDA_ALLOC_CONF               settings
            env PYTORCH_ALLOC_CONF                    settings
            env NCCL_DEBUG                            choice WARN|INFO
            env NCCL_P2P_DISABLE                      choice 0|1
            env NCCL_IB_DISABLE                       choice 0|1
            env NCCL_P2P_LEVEL                        name
            env TOKENIZERS_PARALLELISM                choice true|false
            """;
}
