"""How Jupyter starts a kernel that stands ready (`bookkit.execution.warm`)."""

from __future__ import annotations

import subprocess
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from bookkit.execution import warm


class Provisioner(LocalProvisioner):
    """A kernel from the stock, else one that starts as always."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Start the kernel; see `LocalProvisioner`."""
        if forked := warm.copy(cmd, dict(options["env"]), str(options["cwd"])):
            # As much of a process as a manager asks for
            self.process = cast("subprocess.Popen[bytes]", forked)
            self.pid = self.pgid = forked.pid
            return self.connection_info
        return await super().launch_kernel(cmd, **options)
