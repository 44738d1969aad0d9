"""Azure in a box: Entra ID, Resource Manager, the metadata service and a workspace's MLflow API on this machine only.

SDKs are steered to it by the ordinary variables for proxies and certificate authorities. Nothing in here ever opens a
connection to anywhere: what is asked for a host that is not Azure's is refused.
"""
