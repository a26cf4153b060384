"""Certificates for names, made with openssl: each is its own authority."""

import ssl
import subprocess
from dataclasses import dataclass

KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


@dataclass
class Certificate:
    certificate: str
    key: str

    def trusting(self, *protocols):
        """A context that trusts this certificate alone."""
        context = ssl.create_default_context(cafile=self.certificate)
        if protocols:
            context.set_alpn_protocols(protocols)
        return context

    def proving(self):
        """A context of a server that has it."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def certify(folder, stem, *names):
    paths = Certificate(f"{folder}/{stem}.crt", f"{folder}/{stem}.key")
    said = ",".join(f"IP:{name}" if name[0].isdigit() else f"DNS:{name}" for name in names)
    command = ["openssl", "req", "-x509", *KEY.split(), "-keyout", paths.key, "-out", paths.certificate, "-days", "2"]
    command += ["-subj", f"/CN={stem}", "-addext", f"subjectAltName={said}"]
    # What vouches for itself alone is no authority to some clients.
    command += ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)
    return paths
