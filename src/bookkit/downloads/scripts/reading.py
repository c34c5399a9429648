from IPython import get_ipython


class Reading:
    """A cell that begins with %%text shows its Markdown with numbers for {{names}}, and again when one of them changes."""

    # Names that a chapter may use itself are imported where they are needed: what it assigns changes nothing here

    def __init__(self, shell):
        self.values, self.shown, self.names = {}, {}, shell.user_ns
        self.publish, self.format = shell.display_pub.publish, shell.display_formatter.format
        shell.display_pub.publish, shell.display_formatter.format = self.published, self.formatted
        shell.register_magic_function(self.text, "cell", "text")
        shell.events.register("post_run_cell", self.look_up)

    def text(self, line, cell):
        from IPython.display import display

        self.look_up(text=cell)
        self.shown[cell.strip()] = display(self.bundle(cell.strip(), self.values), raw=True, display_id=True)

    def published(self, data, metadata=None, **more):
        """Take note of a number that is recorded for the text, which no front end shows, and write the texts that name it anew."""
        record = "application/papermill.record/"
        if data and all(kind.startswith(record) for kind in data):
            self.note(metadata["scrapbook"]["name"], data.get(f"{record}text/plain", ""))
        else:
            self.publish(data, metadata, **more)

    def look_up(self, *_, text=""):
        """Read the facts that texts name, once the chapter has loaded them."""
        from contextlib import suppress
        from re import findall

        read = getattr(self.names.get("facts"), "in_sentence", None)
        for name in findall(r"\{\{([^{}]+)\}\}", "".join([text, *self.shown])) if read else ():
            if name not in self.values:
                with suppress(KeyError, ValueError):  # a number that is recorded later
                    self.note(name, str(read(name)))

    def note(self, name, value):
        if self.values.get(name) != value:
            self.values[name] = value
            for text in [text for text in self.shown if "{{" + name + "}}" in text]:
                self.shown[text].update(self.bundle(text, self.values), raw=True)

    @staticmethod
    def bundle(text, values):
        """A text as an output, with the values of the names in it; one that is not known yet is “…”."""
        from re import sub

        def escaped(value):  # a dollar sign in an element of its own begins no formula, wherever this is shown
            return sub(r"[\\`*_\[\]<>~]", r"\\\g<0>", value).replace("$", r"<span>\$</span>")

        def written(write):
            return sub(r"\{\{([^{}]+)\}\}", lambda name: write(values.get(name[1], "…")), text)

        return {"text/markdown": written(escaped), "text/plain": written(str).replace(r"<span>\$</span>", "$")}

    def formatted(self, *given, **more):
        data, metadata = self.format(*given, **more)
        kind = next((kind for kind in data if kind.startswith("application/vnd.vegalite.")), "")
        if kind and not {"image/png", "image/svg+xml", "text/html"} & set(data):
            self.picture(data[kind], data, metadata)
        return data, metadata

    @staticmethod
    def picture(chart, data, metadata):
        """Put a picture beside a chart; without what draws it, what Colab shows, or what to install."""
        import sys
        from base64 import b64encode
        from importlib.util import find_spec
        from struct import unpack

        if find_spec("vl_convert"):
            import vl_convert

            png = vl_convert.vegalite_to_png(chart, scale=2)
            width, height = unpack(">II", png[16:24])
            data["image/png"] = b64encode(png).decode()
            metadata["image/png"] = {"alt": chart.get("description", ""), "width": width // 2, "height": height // 2}
        elif "google.colab" in sys.modules:
            import altair

            with altair.renderers.enable("colab"):
                data.update(altair.renderers.get()(chart))
        else:
            told = "To see this chart where Vega-Lite is not drawn, run “%pip install vl-convert-python”, then this cell again."
            data["text/plain"] = data.get("text/plain", "") + "\n\n" + told


if get_ipython() and "text" not in get_ipython().magics_manager.magics["cell"]:
    Reading(get_ipython())
