"""Certificates for names, made with openssl. Each is its own authority."""

import ssl
import subprocess
from dataclasses import dataclass

KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


@dataclass
class Certificate:
    certificate: str
    key: str

    def trusting(self, *protocols):
        """Returns a client context that trusts only this certificate."""
        context = ssl.create_default_context(cafile=self.certificate)
        if protocols:
            context.set_alpn_protocols(protocols)
        return context

    def proving(self):
        """Returns a server context with this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def certify(folder, stem, *names):
    paths = Certificate(f"{folder}/{stem}.crt", f"{folder}/{stem}.key")
    said = ",".join(f"IP:{name}" if name[0].isdigit() else f"DNS:{name}" for name in names)
    command = ["openssl", "req", "-x509", *KEY.split(), "-keyout", paths.key, "-out", paths.certificate, "-days", "2"]
    command += ["-subj", f"/CN={stem}", "-addext", f"subjectAltName={said}"]
    # Some clients accept a self-signed certificate as trusted only if it is not marked as an authority.
    command += ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)
    return paths
