package com.example.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

/** An application that ensures workloads, and calls none. */
@Tag("slow")
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "inferencekey.ensure.enabled=true",
            "inferencekey.ensure.workloads.ensured-bot.backend=simulator",
            "inferencekey.ensure.workloads.ensured-bot.model=simulated"
        })
@InferenceKeyTest(sdkToken = true)
class ProvisioningApplicationTest {
    @Test
    void holdsTheSdkTokenAlone(
            InferenceKeyPlatform platform, @Autowired ManagementClient management, @Autowired DataClient data) {
        assertThat(management.toString()).contains(platform.baseUrl(), platform.project());
        assertThat(data.toString()).doesNotContain("ik_live_");
        assertThat(platform.management().get("ensured-bot").modelName()).isEqualTo("simulated");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
