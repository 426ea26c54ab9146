"""What the deployment files say, for the scripts beside this one. Every question ends with code 1 when it is answered by no.

usage: yaml_files.py environment COMPOSE SERVICE     the variables of a service, one in a line
       yaml_files.py compose COMPOSE                 whether a replica of the compose file is like every other
       yaml_files.py configuration MANIFEST...       the file of the registry in a ConfigMap
       yaml_files.py probes MANIFEST...              path and port of every probe of the Deployment
       yaml_files.py safe MANIFEST...                whether times fit, pods are bounded, and all names meet
       yaml_files.py same KUSTOMIZATION RENDERED     whether the plain manifests and the chart say the same
"""

import os
import sys
import tomllib

import yaml

OF_THE_CHART = {
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
    "checksum/configuration",
}
FILE = "registry.toml", "registry.yaml"


class Wrong(Exception):
    """What a file says that it must not say."""


def must(condition, text):
    if not condition:
        raise Wrong(text)


def documents(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield from (document for document in yaml.safe_load_all(file) if document)


def only(paths, kind):
    found = [document for document in documents(paths) if document["kind"] == kind]
    must(len(found) == 1, f"{len(found)} of {kind} in {paths}")
    return found[0]


def pod(deployment):
    return deployment["spec"]["template"]["spec"]


def container(deployment):
    (one,) = pod(deployment)["containers"]
    return one


def seconds(text):
    must(str(text).endswith("s"), f"{text} is no number of seconds")
    return int(str(text)[:-1])


def environment(path, name):
    service = next(documents([path]))["services"][name]
    for variable, value in service["environment"].items():
        print(f"{variable}={value}")


def compose(path):
    file = next(documents([path]))
    registry = file["services"]["registry"]
    variables = registry["environment"]
    must(registry["deploy"]["replicas"] == 3, "three replicas")
    must("container_name" not in registry and "ports" not in registry, "a replica has a name or a port of its own")
    must(seconds(registry["stop_grace_period"]) > seconds(variables["REGISTRY_HTTP_DRAIN"]), "no time to drain")
    for name, service in file["services"].items():
        for secret in service.get("secrets", []):
            must(secret in file["secrets"], f"{name}: no secret {secret}")
    for variable, value in variables.items():
        if variable.endswith("_FILE"):
            must(value.startswith("/run/secrets/"), f"{variable} is no secret")
            must(value.removeprefix("/run/secrets/") in registry["secrets"], f"{variable} is not there")
        else:
            must("PASSWORD" not in variable and "KEY" not in variable, f"{variable} shows a secret")


def parsed(config):
    """The configuration in a ConfigMap, in either of its forms."""
    ((name, text),) = config["data"].items()
    must(name in FILE, name)
    return tomllib.loads(text) if name.endswith(".toml") else yaml.safe_load(text)


def configuration(*paths):
    ((_, text),) = only(paths, "ConfigMap")["data"].items()
    print(text, end="")


def probes(*paths):
    deployment = only(paths, "Deployment")
    ports = {port["name"]: port["containerPort"] for port in container(deployment)["ports"]}
    for name in "startupProbe", "readinessProbe", "livenessProbe":
        get = container(deployment)[name]["httpGet"]
        print(get["path"], ports[get["port"]])


def secrets_meet(paths, deployment, config):
    """Every file that the configuration names is a key of the secret that is mounted, where we know its keys."""
    volumes = {volume["name"]: volume for volume in pod(deployment)["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container(deployment)["volumeMounts"]}
    must(set(volumes) == set(mounts), "a volume that is not mounted, or the other way round")
    named = volumes["secrets"]["secret"]["secretName"]
    secrets = [one for one in documents(paths) if one["kind"] == "Secret" and one["metadata"]["name"] == named]
    for section in config.values():
        for key, value in section.items():
            if key.endswith("_file"):
                folder, _, name = value.rpartition("/")
                must(folder == mounts["secrets"], f"{key}: {value} is not where the secret is mounted")
                must(all(name in secret["stringData"] for secret in secrets), f"{key}: no such key in the secret")


def safe(*paths):
    deployment = only(paths, "Deployment")
    config = parsed(only(paths, "ConfigMap"))
    drain = seconds(config["http"]["drain"])
    leaving = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = pod(deployment)["terminationGracePeriodSeconds"]
    must(leaving >= 5 and grace >= leaving + drain + 5, f"{grace} s for {leaving} s and {drain} s")
    must(deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, "a rollout takes one away first")
    rights = container(deployment)["securityContext"]
    must(rights["readOnlyRootFilesystem"] and not rights["allowPrivilegeEscalation"], "too many rights")
    must(rights["capabilities"] == {"drop": ["ALL"]} and pod(deployment)["securityContext"]["runAsNonRoot"], "too many rights")
    must(pod(deployment)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, "too many system calls")
    stores = config["storage"]["metadata"], config["storage"]["blobs"]
    must(stores in (("postgres", "s3"), ("postgres", "gcs"), ("postgres", "azure")), "stores that cannot be shared")
    flag, path = container(deployment)["args"][1:]
    mounts = {mount["name"]: mount["mountPath"] for mount in container(deployment)["volumeMounts"]}
    ((name, _),) = only(paths, "ConfigMap")["data"].items()
    must((flag, path) == ("--config", f"{mounts['configuration']}/{name}"), f"{path} is not the file")
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    for selector in (
        deployment["spec"]["selector"]["matchLabels"],
        only(paths, "Service")["spec"]["selector"],
        only(paths, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        only(paths, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ):
        must(selector.items() <= labels, f"{selector} does not find the pods")
    ports = {port["name"]: port["containerPort"] for port in container(deployment)["ports"]}
    for name, key in ("http", "listen"), ("admin", "admin"):
        must(config["http"][key].endswith(f":{ports[name]}"), f"http.{key} is not the port {name}")
    secrets_meet(paths, deployment, config)


def plain(value):
    """Without what a chart adds to everything."""
    if isinstance(value, dict):
        kept = {key: plain(one) for key, one in value.items() if key not in OF_THE_CHART}
        return {key: one for key, one in kept.items() if not (key == "annotations" and one == {})}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def normal(document, images):
    """A document by what it means and not by how it was written."""
    document = plain(document)
    document["metadata"].pop("namespace", None)
    if document["kind"] == "ConfigMap":
        document["data"] = parsed(document)
    if document["kind"] == "Service":
        document["spec"].setdefault("type", "ClusterIP")
    if document["kind"] == "Deployment":
        one = container(document)
        one["image"] = images.get(one["image"], one["image"])
        one.setdefault("imagePullPolicy", "IfNotPresent")
        one["args"] = [word.replace(FILE[1], FILE[0]) for word in one["args"]]
    return document


def same(kustomization, rendered):
    folder = os.path.dirname(kustomization)
    index = next(documents([kustomization]))
    images = {image["name"]: f"{image['newName']}:{image['newTag']}" for image in index["images"]}
    there = {name for name in os.listdir(folder) if not name.endswith(".example.yaml")} - {"kustomization.yaml"}
    must(there == set(index["resources"]), f"kustomization.yaml names {index['resources']}, and there are {there}")
    ours = {one["kind"]: normal(one, images) for one in documents(os.path.join(folder, name) for name in there)}
    del ours["Namespace"]
    charts = {one["kind"]: normal(one, {}) for one in documents([rendered])}
    must(set(ours) == set(charts), f"{set(ours)} and {set(charts)}")
    for kind, one in ours.items():
        must(one == charts[kind], f"{kind} differs:\n{yaml.dump(one)}\nin the chart:\n{yaml.dump(charts[kind])}")


try:
    {
        "environment": environment,
        "compose": compose,
        "configuration": configuration,
        "probes": probes,
        "safe": safe,
        "same": same,
    }[sys.argv[1]](*sys.argv[2:])
except Wrong as wrong:
    sys.exit(str(wrong))
