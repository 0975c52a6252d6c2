// docs:start module
module app {
    requires dev.inferencekey.sdk;
}
// docs:end module
