"""crm_com: the settings of CRM.COM, whose three generations are told apart by `generation`."""

from typing import Literal

from pydantic import Field, model_validator

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file

PATHS = {
    "contact_id": "id",
    "first_name": "first_name",
    "last_name": "last_name",
    "wallet_id": "wallet.id",
    "balance": "wallet.balance",
    "wallet_balance": "balance",
    "purchase_id": "id",
    "purchase_reference": "reference_number",
    "purchase_state": "state",
    "purchase_time": "performed_on",
    "awarded": "awarded_amount",
}


class CrmComSettings(ProviderSettings):
    """docs/clouds.md says which of these the vendor documents; 'not documented' means: ask, then write it here."""

    kind: Literal["crm_com"] = Field("crm_com", description="CRM.COM.")
    generation: Literal["A", "B", "C"] = Field(
        "C", description="A: V4 Web API, token in the body; B: POS calls from R16.12; C: CRM.COM 5, back-office REST."
    )
    api_key: str = secret("Key of the 'api_key' header (B, C), or the web API key of the Basic login (A)")
    api_key_file: SecretFile = secret_file("api_key")
    web_api_user: str = Field("", description="A: user of the Basic login that gives the token.")
    token_minutes: float = Field(25, gt=0, description="A: a token is asked for anew after this; not documented.")
    token_paths: tuple[str, ...] = Field(
        ("token", "access_token"), description="A: where the token call's data may hold it; not documented."
    )
    words_token: tuple[str, ...] = Field(
        ("TOKEN", "SESSION", "AUTHENTICAT"), description="A: in a status code, the token has run out; not documented."
    )
    organisation_id: str = Field("", description="C: this merchant's organisation there.")
    tap: str = Field("", description="B: transaction acquiring point of this store.")
    tap_field: Literal["outlet_tap", "merchant_tap"] = Field("outlet_tap", description="B: where the point goes.")
    reduction_method: Literal["", "FRONT_END", "BACK_END"] = Field(
        "", description="C, flat body: who lowers the price; empty: not sent, the merchant's own setting holds."
    )
    body_style: Literal["flat", "nested"] = Field("nested", description="C: the older or the newer purchase body.")
    identify_by: Literal["search", "cim"] = Field(
        "search", description="B, C: find the contact first, or send phone or card as identification medium."
    )
    identify_a: Literal["authentication_code", "number", "identifier"] = Field(
        "authentication_code", description="A: what phone, e-mail or card is there."
    )
    words_several: tuple[str, ...] = Field(
        ("SEVERAL", "MULTIPLE", "MORE_THAN_ONE"),
        description="A: in a status code, several participants; not documented.",
    )
    phone_format: Literal["national", "digits", "e164"] = Field(
        "national", description="How phones are written in a search; not documented."
    )
    country_code: str = Field("1", pattern=r"^\d{1,3}$", description="Dropped from national numbers.")
    classification: str = Field("", description="Of purchases: a name in C, a code in B.")
    default_product_code: str = Field("DEFAULT_PRODUCT", description="Booked for lines the catalogue does not know.")
    itemised: bool | None = Field(None, description="Send the lines; by default in A and B, where they are documented.")
    product_fields: dict[str, str] = Field(
        {}, description="B, C: names inside products: code, quantity, net, tax, total, text; not documented."
    )
    reference_field: str = Field("reference_number", description="Where our reference goes; documented for B.")
    restrict_fully_covered: bool = Field(False, description="Refuse a spend that does not cover the whole.")
    partial_return: Literal["by_hand", "ad_hoc"] = Field(
        "by_hand", description="A return of a part: by a person, or by ad_hoc_return, whose body is not documented."
    )
    duplicate_check: Literal["list", "off"] = Field(
        "list", description="B, C: look for our reference in the list of purchases before a resend; off: ask a person."
    )
    page_param: str = Field("page", description="Of lists; not documented.")
    size_param: str = Field("size", description="Of lists; not documented.")
    page_size: int = Field(50, ge=1, le=50)
    longest_list: int = Field(1000, ge=50, description="Purchases looked through at most; more: a person is asked.")
    list_filters: dict[str, str] = Field({}, description="More query parameters for the list, e.g. its order.")
    states_cancelled: tuple[str, ...] = Field(("CANCELLED", "CANCELED", "VOIDED"), description="Not documented.")
    timeout_s: float = Field(20, ge=20, description="Answers of 16 s were seen on searches.")
    paths: dict[str, str] = Field({}, description=f"Where answers hold what; not documented: {', '.join(PATHS)}.")

    @model_validator(mode="after")
    def _fits_its_generation(self) -> "CrmComSettings":
        for name in self.paths.keys() - PATHS.keys():
            raise ValueError(f"paths.{name}: there is no such path; there are: {', '.join(PATHS)}")
        if self.generation == "B" and not self.tap:
            raise ValueError("generation B needs 'tap', the transaction acquiring point of this store")
        if self.generation == "C" and not self.organisation_id:
            raise ValueError("generation C needs 'organisation_id'")
        return self

    @property
    def sends_lines(self) -> bool:
        return self.generation in "AB" if self.itemised is None else self.itemised

    def path(self, name: str) -> str:
        return self.paths.get(name, PATHS[name])
