/**
 * The Java client of InferenceKey: {@link dev.inferencekey.ManagementClient} provisions workloads with an {@code ik_sdk_} token,
 * {@link dev.inferencekey.DataClient} calls them with an {@code ik_live_} key, and neither can do the other's job.
 *
 * {@snippet :
 * WorkloadSpec spec = WorkloadSpec.builder()
 *         .name("Support bot")
 *         .slug("support-bot")
 *         .backend("ollama")
 *         .model("gemma4:26b")
 *         .build();
 * EndpointRef bot;
 * try (ManagementClient management = ManagementClient.fromEnv()) { // INFERENCEKEY_SDK_TOKEN, INFERENCEKEY_PROJECT
 *     bot = management.ensure(spec);
 *     management.waitUntilReady(bot, WaitOptions.defaults());
 * }
 * try (DataClient data = DataClient.fromEnv()) { // INFERENCEKEY_API_KEY
 *     TextResult answer = data.endpoint(bot).generateText(TextParams.ofPrompt("Where is my order?"));
 *     System.out.println(answer.text());
 * }
 * }
 *
 * <p>Everything that goes wrong is an {@link dev.inferencekey.InferenceKeyException}. What webhooks deliver is checked with {@link
 * dev.inferencekey.contract.webhook.WebhookSignature#verify}. Logs go to {@link java.lang.System.Logger}. The JDK's own switch
 * {@code jdk.httpclient.HttpClient.log=headers} prints credentials: it is not for production.
 */
@NullMarked
package dev.inferencekey;

import org.jspecify.annotations.NullMarked;
