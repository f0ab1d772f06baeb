"""The manners every model here keeps: the constructor stores, `fit` learns and returns the model, data is not kept.

They are scikit-learn's, so that its `clone` and its searches work on these models; scikit-learn itself is not needed.
"""

import inspect
from typing import Any, Self

from regulars.basics.errors import RegularsError


class NotFitted(RegularsError):
    """A model was asked before it was fitted."""

    code = "not-fitted"


class Estimator:
    """Constructor parameters by name. A subclass stores each under its own name and does nothing else there."""

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Constructor parameters; `deep` is there because scikit-learn's `clone` passes it."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Changes constructor parameters; learns nothing."""
        known = self._parameter_names()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}; it has {known}.")
            setattr(self, name, value)
        return self

    def _learned(self, name: str) -> Any:
        if not hasattr(self, name):
            raise NotFitted(f"{type(self).__name__} has not been fitted yet: call fit first.")
        return getattr(self, name)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({given})"
