"""What is said of a variable's value: enough to see what is wrong with it, nothing of the value itself."""

import pytest
from azmlflow.azure.shapes import looks_like_client_secret, shape_of
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from hypothesis import given
from hypothesis import strategies as st

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
SECRET = "pQr8Q~hGfDsApOiUyTrEwQlKjHgFdSaMnBvCxZ01"
URI = compose_tracking_uri("westeurope", WorkspaceRef(GUID, "rg", "ws"))


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("AZURE_TENANT_ID", GUID, "36 characters, a GUID"),
        ("AZURE_TENANT_ID", f" {GUID}", "37 characters, a GUID, with white space around it"),
        ("AZURE_TENANT_ID", f'"{GUID}"', "38 characters, text, in quotes"),
        ("AZURE_TENANT_ID", "", "empty"),
        ("AZURE_TENANT_ID", None, "set, the value cannot be told"),
        ("AZURE_TENANT_ID", "<your-tenant-id>", "16 characters, a placeholder"),
        ("AZURE_TENANT_ID", "contoso.com", "11 characters, text"),
        ("AZURE_CLIENT_SECRET", SECRET, "40 characters, looks like a client secret"),
        ("AZURE_CLIENT_SECRET", GUID, "36 characters, a GUID, as the secret's id is"),
        ("AZURE_CLIENT_SECRET", "abc", "3 characters, text"),
        ("AZURE_CLIENT_SECRET", "x", "1 character, text"),
        ("AZURE_CLIENT_SECRET", "<secret>", "8 characters, a placeholder"),
        ("AZURE_PASSWORD", "hunter2", "set, not shown"),
        ("AZURE_PASSWORD", "<password>", "a placeholder"),
        ("SOME_API_KEY", "hunter2", "set, not shown"),
        ("AZUREML_CURRENT_CLOUD", "AzureChinaCloud", "AzureChinaCloud"),
        ("AZUREML_CURRENT_CLOUD", "azurecloud", "azurecloud"),
        ("AZUREML_CURRENT_CLOUD", "ContosoCloud", "12 characters, text"),
        ("AZURE_TOKEN_CREDENTIALS", " dev ", "dev, with white space around it"),
        ("AZURE_TOKEN_CREDENTIALS", SECRET, "40 characters, text"),
        ("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "false", "false"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "/home/me/x.pem", "14 characters, an absolute path"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "C:\\x.pem", "8 characters, an absolute path"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "~/x.pem", "7 characters, a path with ~, which is not expanded"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "x.pem", "5 characters, a relative path"),
        ("MLFLOW_TRACKING_URI", URI, f"{len(URI)} characters, an azureml:// URI of a workspace"),
        ("MLFLOW_TRACKING_URI", "azureml://x", "11 characters, an azureml:// URI that is malformed"),
        ("MLFLOW_TRACKING_URI", "http://localhost:5000", "21 characters, a URL with http://"),
        ("MLFLOW_EXPERIMENT_ID", "12", "2 characters, a number"),
    ],
)
def test_shapes(name, value, shape):
    assert shape_of(name, value) == shape


@pytest.mark.parametrize("value", [SECRET, SECRET[:34], SECRET[:39] + "."])
def test_what_looks_like_a_client_secret(value):
    assert looks_like_client_secret(value)


@pytest.mark.parametrize("value", ["", "8Q~", GUID, SECRET[:33], SECRET + "x", SECRET[:39] + "!", "x" * 40])
def test_what_does_not(value):
    assert not looks_like_client_secret(value)


@given(
    st.sampled_from(
        ["AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZUREML_CURRENT_CLOUD", "HTTP_PROXY", "PASSWORD"]
    ),
    st.text(st.sampled_from("kjwzqvKJWZQV"), min_size=6, max_size=60),
)
def test_no_shape_holds_its_value(name, value):
    assert value not in shape_of(name, value)
