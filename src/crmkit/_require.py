"""The one door for optional packages: imported when asked for, explained when missing.

The root of the error tree stands here because this module lies below all layers;
``crmkit.domain.errors`` draws the whole tree and is where to import it from.
"""

from importlib import import_module
from types import ModuleType


class CrmkitError(Exception):
    """The root of everything crmkit raises on purpose."""


class MissingExtraError(CrmkitError, ImportError):
    """An optional package is not installed.

    Attributes:
        module: The package that was looked for.
        extra: The extra of crmkit that brings it.
    """

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(module, extra)
        self.module, self.extra = module, extra

    def __str__(self) -> str:
        return f"{self.module} is not installed; get it with: pip install 'crmkit[{self.extra}]'"


def require(module: str, *, extra: str) -> ModuleType:
    """Import ``module``, or say how to install it.

    Args:
        module: Dotted name of the optional module.
        extra: The extra of crmkit that brings it.

    Returns:
        The imported module.

    Raises:
        MissingExtraError: It is not installed.
        ImportError: It is installed but broken; that is not ours to hide.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise MissingExtraError(module, extra) from error
