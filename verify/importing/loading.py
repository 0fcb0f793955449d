"""The import system: what an import statement loads, binds, or fails at."""

from __future__ import annotations

import sys
from abc import abstractmethod

from verify.importing.outcomes import Place
from verify.importing.program import FromImport, Import
from verify.importing.recording import (
    Missing,
    Passed,
    Phase,
    Record,
    Requested,
    without_repeats,
)
from verify.importing.running import Runner
from verify.importing.values import (
    Constant,
    External,
    Frame,
    Module,
    Unknown,
    Value,
)
from verify.importing.world import NeedsDeciding, Run, Stopped

# Modules that every Python has. The others come with some systems only.
STANDARD = sys.stdlib_module_names - frozenset(
    (
        "_winapi",
        "crypt",
        "curses",
        "dbm",
        "fcntl",
        "grp",
        "msvcrt",
        "nis",
        "ossaudiodev",
        "posix",
        "pwd",
        "readline",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "tkinter",
        "tty",
        "winreg",
        "winsound",
    )
)


class Loader(Runner):
    """Runs imports as Python 3.10 and later do."""

    def load(self, frame: Frame | None, name: str) -> Module | External:
        """A module, run first where it is not loaded; fails as its code does."""
        found = self._find(frame, name)
        if isinstance(found, Module):
            self.meet(found)
        return found

    def _find(self, frame: Frame | None, name: str) -> Module | External:
        loaded = self._loaded(name)
        if loaded is not None:
            return loaded
        if not self.sources.owns(name):
            return self._external(frame, name)
        above = name.rpartition(".")[0]
        parent = self._find(frame, above) if above else None
        if isinstance(parent, External):
            known = name in self.sources.opaque
            return self._external(frame, name) if known else External(name)
        if name in self.sources.opaque:
            return self._outside(frame, name, parent)
        loaded = self._loaded(name)
        if loaded is not None:
            return loaded
        if parent is not None and not parent.is_package:
            raise self._not_found(frame, name, f"; {above!r} is not a package")
        if name in self.sources.namespaces:
            return self._enter_namespace(name)
        if name not in self.sources.modules:
            return self._outside(frame, name, parent)
        if self.weak:
            raise NeedsDeciding(by_import=True)
        return self._run_module(frame, name)

    def _loaded(self, name: str) -> Module | None:
        loaded = self.modules.get(name)
        if loaded is not None and not loaded.running:
            self.log.append(Requested(name, loaded))
        return loaded

    def _external(self, frame: Frame | None, name: str) -> External:
        """A module from outside the sources, which is taken to import fine, but
        for where its absence is settled or provided for."""
        path = ""
        if name.partition(".")[0] in STANDARD and not self.facts:
            return External(name)
        for part in name.split("."):
            path = f"{path}.{part}" if path else part
            condition = f"import {path}"
            matters = self.catching or condition in self.facts
            if matters and not self.ask(condition):
                raise self._not_found(frame, path)
        return External(name)

    def _outside(
        self, frame: Frame | None, name: str, parent: Module | None
    ) -> External:
        """A module of which nothing is known, in a package that has been imported: a
        record tells of that only where it is noted that the package still runs."""
        if parent is not None:
            self.meet(parent)
        if name in self.sources.opaque:
            return self._external(frame, name)
        return self._absent(frame, name)

    def _absent(self, frame: Frame | None, name: str) -> External:
        if self.sources.complete:
            raise self._not_found(frame, name)
        if not self.sources.may_lie_elsewhere(name):
            self.note_absent(name)
        return self._external(frame, name)

    def _not_found(self, frame: Frame | None, name: str, more: str = "") -> Stopped:
        at = frame or Frame(Module(name, None, False, 0, {}), {})
        message = f"No module named {name!r}{more}"
        return self.failure(at, "ModuleNotFoundError", message, name=name)

    def _enter_namespace(self, name: str) -> Module:
        made = Module(name, None, True, 0, {}, running=False)
        module = self.memory.namespaces.setdefault(name, made)
        self.modules[name] = module
        self.log.append(Requested(name, module))
        self._bind_on_parent(module)
        return module

    def _run_module(self, frame: Frame | None, name: str) -> Module | External:
        program = self.sources.program(name)
        if program is None:
            at = frame or Frame(Module(name, None, False, 0, {}), {})
            self.reason(at, f"{name} does not parse")
            return External(name)
        played = self.replayed(name)
        if played is not None:
            self.log.append(Requested(name, played))
            return self.modules.get(name, played)
        is_package = self.sources.modules[name].is_package
        module = Module(name, program, is_package, len(self.stack) + 1, {})
        module.names["__name__"] = Constant(name)
        package = name if is_package else name.rpartition(".")[0]
        module.names["__package__"] = Constant(package)
        self.modules[name] = module
        self._run_body(module, self.place(frame) if frame else None)
        replaced = self.modules.get(name)
        return module if replaced is None else replaced

    def _run_body(self, module: Module, importer: Place | None) -> None:
        run = Run(module, importer, module.depth, len(self.log))
        self.stack.append(run)
        self.log.append(Passed(module.name, module, Phase.BEGUN))
        try:
            self.run(Frame(module, module.names), module.program.steps)  # type: ignore[union-attr]
        except Stopped:
            self.modules.pop(module.name, None)
            self.log.append(Passed(module.name, module, Phase.FAILED))
            raise
        finally:
            module.running = False
            self.stack.pop()
            if self.stack:
                outer = self.stack[-1]
                outer.outermost = min(outer.outermost, run.outermost)
        self._finish(run)
        self._bind_on_parent(module)

    def _finish(self, run: Run) -> None:
        """Keeps how a module ran, if that had nothing to do with what runs yet."""
        module = run.module
        if run.outermost < module.depth or module.replaced:
            self.log.append(Passed(module.name, module, Phase.FINISHED))
            return
        events = without_repeats(self.log[run.begun_at + 1 :])
        del self.log[run.begun_at :]
        self.memory.keep(Record(module, events))
        self.log.append(Requested(module.name, module))

    @abstractmethod
    def replayed(self, name: str) -> Module | None: ...

    def _bind_on_parent(self, module: Module) -> None:
        above, _, last = module.name.rpartition(".")
        parent = self.modules.get(above)
        if parent is None:
            return
        if parent.running:
            parent.names[last] = module
        else:
            self.late.setdefault(parent, {})[last] = module

    def run_import(self, frame: Frame, step: Import) -> None:
        top = step.module.partition(".")[0]
        found: Value = self.load(frame, step.module)
        if step.alias is None:
            first: Value = self.modules.get(top) or External(top)
            if isinstance(first, Module):
                self.meet(first)
            self.bind(frame, top, first)
            return
        if "." in step.module:
            found = self._walk(frame, step.module)
        self.bind(frame, step.alias, found)

    def _walk(self, frame: Frame, name: str) -> Value:
        """What `import a.b.c as d` binds: attributes, or what is loaded."""
        top, *others = name.split(".")
        value: Value = self.modules.get(top) or External(top)
        for other in others:
            value = self._from(frame, value, other)
        return value

    def _from(self, frame: Frame, owner: Value, name: str) -> Value:
        """One name of `from owner import name`; fails with ImportError."""
        if isinstance(owner, External):
            return self.external(f"{owner.path}.{name}")
        if not isinstance(owner, Module):
            return Unknown(name)
        value = self.find_attribute(frame, owner, name)
        cause = self.cause_of_refusal()
        if value is None:
            path = f"{owner.name}.{name}"
            value = self._loaded(path)
            if isinstance(value, Module):
                self.meet(value)
            else:
                self.log.append(Missing(path))
        if value is None and not cause:
            value = self.take_for_granted(owner, name)
        if value is None:
            message = f"cannot import name {name!r} from {owner.name!r}"
            partial = self.partial(owner, name) or cause
            raise self.failure(frame, "ImportError", message, partial, name)
        return value

    def run_from_import(self, frame: Frame, step: FromImport) -> None:
        target = self._target(frame, step)
        owner = self.load(frame, target)
        if step.names is None:
            self._star(frame, owner)
            return
        if isinstance(owner, Module):
            for name, _ in step.names:
                self._load_submodule(frame, owner, name)
        for name, local in step.names:
            self.bind(frame, local, self._from(frame, owner, name))

    def _target(self, frame: Frame, step: FromImport) -> str:
        if not step.level:
            return step.module
        module = frame.module
        parts = module.name.split(".")
        up = step.level - module.is_package
        if up > len(parts) - 1 + module.is_package or (up >= len(parts)):
            message = "attempted relative import beyond top-level package"
            raise self.failure(frame, "ImportError", message)
        base = parts[: len(parts) - up] if up else parts
        return ".".join((*base, step.module)) if step.module else ".".join(base)

    def _load_submodule(self, frame: Frame, owner: Module, name: str) -> None:
        """What `from package import name` tries where the package lacks a name. It
        asks a `__getattr__` here, and once more for the value."""
        path = f"{owner.name}.{name}"
        is_module = path in self.sources.submodules
        if not owner.is_package or not (is_module or "__getattr__" in owner.names):
            return
        if self.find_attribute(frame, owner, name) is None and is_module:
            self._find(frame, path)

    def _star(self, frame: Frame, owner: Module | External) -> None:
        if isinstance(owner, External):
            frame.names.setdefault("*", owner)
            return
        every = self.settled(self.find_attribute(frame, owner, "__all__"))
        if isinstance(every, Constant) and isinstance(every.value, tuple):
            self._star_of(frame, owner, [str(name) for name in every.value])
        else:
            self._star_of_all(frame, owner, hidden=every is not None)
        star = owner.names.get("*")
        if star is not None:
            frame.names.setdefault("*", star)

    def _star_of(self, frame: Frame, owner: Module, names: list[str]) -> None:
        for name in names:
            self._load_submodule(frame, owner, name)
        for name in names:
            self.bind(frame, name, self.attribute_of_module(frame, owner, name))

    def _star_of_all(self, frame: Frame, owner: Module, *, hidden: bool) -> None:
        """Every public name, and private ones that an `__all__` may list which
        cannot be told."""
        if hidden:
            frame.names.setdefault("*", Unknown(f"{owner.name}.__all__"))
        self.meet(owner)
        private = "__" if hidden else "_"
        for name, value in {**owner.names, **self.late.get(owner, {})}.items():
            if not name.startswith(private) and name != "*":
                self.bind(frame, name, value)
