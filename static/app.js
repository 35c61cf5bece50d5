// Client Registry: what HTML and htmx cannot do alone. Every control works without this file.
"use strict";
