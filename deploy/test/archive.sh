# The archive, where there is no Java and nothing can be written; sourced by run.
# shellcheck shell=sh disable=SC2154

system archive
place="$work/archive/opt/a folder/$name"
mkdir "$work/archive/opt/a folder"
tar -xzf "$archive" -C "$work/archive/opt/a folder"
chmod -R a-w "$work/archive/opt"
ln -s "/opt/a folder/$name/bin/ik" "$work/archive/usr/local/bin/ik"
caches=
[ ! -f "$place/lib/server.aot" ] || caches=-XX:AOTMode=on

# tried COMMAND...: as a user who owns nothing there. With this mode, Java ends if a cache does not fit.
tried() {
    READ_ONLY=yes "$here/enter" "$work/archive" /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups \
        /usr/bin/env -i HOME=/tmp/home PATH=/usr/local/bin:/usr/bin:/bin IK_JAVA_OPTS="$caches" "$@"
}
has_no_java() { ! tried /bin/sh -c 'command -v java'; }
names_its_version() { [ "$(tried ik --version)" = "ik $version" ]; }
names_a_page() {
    # What is long is broken into lines.
    page=$(tried ik --help | tr -d '\n' | sed 's/.*Documentation: *//; s/#.*//; s/\.md.*/.md/') && [ -f "$work/archive$page" ]
}
# each_is_listed SBOM FOLDER: whether each library there has its component. The program itself is what the list is about.
each_is_listed() {
    python3 -c 'import json, pathlib, sys
bom = json.load(open(sys.argv[1]))
names = [each["name"] + "-" + each["version"] for each in bom["components"] + [bom["metadata"]["component"]]]
jars = [file.stem for file in pathlib.Path(sys.argv[2]).glob("*/*.jar")]
missing = [jar for jar in jars if not any(jar == name or jar.startswith(name + "-") for name in names)]
sys.exit(f"not listed: {missing}" if missing or not jars else 0)' "$1" "$2"
}
check 'the system has no Java' has_no_java
check 'it names its version' names_its_version
check 'its help names a page that is there' names_a_page
check 'a platform starts, runs a model server and answers' tried ik up --exit --port 0
check 'each library is in the list of components' each_is_listed "$place/inferencekey.cdx.json" "$place/lib"
check 'it brings the site that its errors link to' grep -q '<title>' "$place/site/index.html"
# The tiny model that it makes for itself, for the others.
"$place/bin/ik" up --exit --port 0 --data "$work/data" >"$work/output" 2>&1 </dev/null || :
