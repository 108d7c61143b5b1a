"""Static files: hashed names, compressed once, JavaScript imports rewritten to the hashed names."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class ClubStaticStorage(CompressedManifestStaticFilesStorage):
    """The house storage: modules import each other by hashed name, so every file may be cached for ever."""

    support_js_module_import_aggregation = True
    manifest_strict = False
