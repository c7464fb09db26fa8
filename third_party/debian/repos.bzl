# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""External repositories made of what Debian installs, so nothing is downloaded.

Each repository has upstream's name and labels: BUILD files are the same here and
with the upstream archives that MODULE.bazel names. Headers below /usr/include
are built in for the C++ toolchain, so a library is only its link options.
"""

_CC = """# Written by //third_party/debian:repos.bzl.
load("@rules_cc//cc:defs.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])
"""

# Upstream's public targets that exist in Debian 12's absl (20220623).
_ABSL = {
    "algorithm": ["algorithm", "container"],
    "base": [
        "base",
        "config",
        "core_headers",
        "dynamic_annotations",
        "endian",
        "log_severity",
    ],
    "cleanup": ["cleanup"],
    "container": [
        "btree",
        "fixed_array",
        "flat_hash_map",
        "flat_hash_set",
        "inlined_vector",
        "node_hash_map",
        "node_hash_set",
    ],
    "debugging": [
        "failure_signal_handler",
        "leak_check",
        "stacktrace",
        "symbolize",
    ],
    "flags": [
        "commandlineflag",
        "config",
        "flag",
        "marshalling",
        "parse",
        "reflection",
        "usage",
    ],
    "functional": ["any_invocable", "bind_front", "function_ref"],
    "hash": ["hash", "hash_testing"],
    "memory": ["memory"],
    "meta": ["type_traits"],
    "numeric": ["bits", "int128"],
    "status": ["status", "statusor"],
    "strings": ["cord", "str_format", "strings"],
    "synchronization": ["synchronization"],
    "time": ["time"],
    "types": ["any", "compare", "optional", "span", "variant"],
    "utility": ["utility"],
}

def _system_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    for path, text in ctx.attr.files.items():
        ctx.file(path, text)
    for path, label in ctx.attr.copies.items():
        ctx.file(path, ctx.read(Label(label)), executable = True)

_system = repository_rule(
    implementation = _system_impl,
    attrs = {
        "files": attr.string_dict(doc = "path in the repository -> its text"),
        "copies": attr.string_dict(doc = "path -> label of a script"),
    },
)

def _absl_impl(ctx):
    found = ctx.execute(["sh", "-c", "ls /usr/lib/*/libabsl_*.so"])
    libraries = [
        "-l" + path.split("/")[-1][len("lib"):-len(".so")]
        for path in found.stdout.split("\n")
        if path
    ]
    if not libraries:
        fail("libabsl-dev is not installed: run tools/setup")

    # Which library holds what is absl's own affair, so all are offered and the
    # linker keeps those that are needed.
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD.bazel", _CC + """
cc_library(
    name = "system",
    linkopts = %s,
)
""" % repr(
        ["-Wl,--push-state,--as-needed"] + libraries + ["-Wl,--pop-state"],
    ))
    for package, names in _ABSL.items():
        text = _CC
        for name in names:
            text += "\ncc_library(name = \"%s\", deps = [\"//:system\"])\n" % name
        ctx.file("absl/%s/BUILD.bazel" % package, text)

_absl = repository_rule(implementation = _absl_impl, local = True)

def _library(name, targets):
    """Declares a repository whose root package has these targets.

    Args:
      name: the repository.
      targets: target -> the linker's options for it.
    """
    text = _CC
    for target, linkopts in targets.items():
        text += "\ncc_library(name = \"%s\", linkopts = %s)\n" % (
            target,
            repr(linkopts),
        )
    _system(name = name, files = {"BUILD.bazel": text})

def _rules(name, path, rules):
    """Declares a rule set as a re-export of Bazel's built-in rules."""
    lines = ["%s = native.%s" % (rule, rule) for rule in rules]
    _system(
        name = name,
        files = {
            path + "/BUILD.bazel": "",
            path + "/defs.bzl": "\n".join(lines) + "\n",
        },
    )

def debian_repositories():
    """Declares every external repository of the workspace."""
    _rules("rules_cc", "cc", [
        "cc_binary",
        "cc_import",
        "cc_library",
        "cc_test",
        "cc_toolchain",
        "cc_toolchain_suite",
        "objc_import",
        "objc_library",
    ])

    # Bazel's own tools load it for every build.
    _rules("rules_java", "java", [
        "java_binary",
        "java_import",
        "java_library",
        "java_plugin",
        "java_test",
        "java_package_configuration",
        "java_runtime",
        "java_toolchain",
    ])

    # For `bazel coverage`; every test refers to it.
    _system(
        name = "remote_coverage_tools",
        files = {"BUILD.bazel": """
package(default_visibility = ["//visibility:public"])

sh_binary(name = "coverage_report_generator", srcs = ["lcov_merge.py"])

sh_binary(name = "lcov_merger", srcs = ["lcov_merge.py"])
"""},
        copies = {"lcov_merge.py": "//third_party/debian:lcov_merge.py"},
    )

    # Only Bazel 7's tools ask for these.
    native.local_repository(
        name = "bazel_skylib",
        path = "/usr/share/bazel/tools/skylib",
    )
    native.local_repository(
        name = "rules_python",
        path = "/usr/share/bazel/rules/python",
    )

    _absl(name = "com_google_absl")
    _library("com_google_googletest", {
        "gtest": ["-lgmock", "-lgtest", "-lpthread"],
        "gtest_main": ["-lgmock_main", "-lgmock", "-lgtest", "-lpthread"],
    })
    _library("com_github_google_benchmark", {
        "benchmark": ["-lbenchmark", "-lpthread"],
        "benchmark_main": ["-lbenchmark_main", "-lbenchmark", "-lpthread"],
    })
    _library("com_github_nlohmann_json", {"json": []})
    _library("com_github_cliutils_cli11", {"cli11": []})
    _library("com_github_tristanpenman_valijson", {"valijson": []})
    _library("com_github_fmtlib_fmt", {"fmt": ["-lfmt"]})
    _library("com_github_cyan4973_xxhash", {"xxhash": ["-lxxhash"]})
    _library("zlib", {"zlib": ["-lz"]})
