# What is downloaded; sourced by run.
# shellcheck shell=sh disable=SC2154

have_checksums() {
    (cd "$release" && find . -type f ! -name SHA256SUMS) | sed 's|^\./||' | LC_ALL=C sort >"$work/files" &&
        sed 's|^[0-9a-f]*  ||' "$release/SHA256SUMS" | LC_ALL=C sort | diff "$work/files" -
}
checksums_fit() { (cd "$release" && sha256sum --check --strict --quiet SHA256SUMS); }
check 'the checksums fit' checksums_fit
check 'each file has a checksum' have_checksums
check 'the repository is complete and signed' "$top/build/check-staged" "$release/repository"
"$top/deploy/helm/test/get-helm" "$tools"
check 'the chart is as Helm wants it' "$tools/helm" lint --strict "$release/inferencekey-$version.tgz" -f "$top/deploy/helm/test/values/most.yaml"
check 'the site has a page to begin with' grep -q '<title>InferenceKey' "$release/site/index.html"
