import pytest

from reports.domain.sign_on import (
    CertificateName,
    is_header_name,
    login_in,
    name_in_certificate,
    proxies_named,
)

CN, SERIAL = CertificateName.COMMON_NAME, CertificateName.SERIAL_NUMBER


@pytest.mark.parametrize(
    ("names", "peer", "held"),
    [
        (["10.0.0.7"], "10.0.0.7", True),
        (["10.0.0.7"], "10.0.0.8", False),
        (["10.0.1.0/24", "::1"], "10.0.1.200", True),
        (["10.0.1.0/24", "::1"], "::1", True),
        (["10.0.1.0/24"], "", False),
        (["unix"], "", True),
        (["unix"], "127.0.0.1", False),
        (["10.0.0.7"], "10.0.0.7, 10.0.0.7", False),
        ([], "10.0.0.7", False),
    ],
)
def test_a_proxy_is_told_by_where_it_connects_from(names, peer, held):
    assert proxies_named(names).hold(peer) is held


@pytest.mark.parametrize("name", ["proxy.example", "", "10.0.0.300", "0.0.0.0/0", "::/0", "*"])
def test_what_names_nobody_or_everybody_is_no_proxy(name):
    with pytest.raises(ValueError, match=r"does not appear|names everybody"):
        proxies_named([name])


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("X-Remote-User", True),
        ("Remote-User", True),
        ("X-Police-Number", True),
        ("X_Remote_User", False),
        ("X-Forwarded-For", False),
        ("Cookie", False),
        ("", False),
        ("X-", False),
    ],
)
def test_headers_that_may_carry_a_login(name, may):
    assert is_header_name(name) is may


@pytest.mark.parametrize(
    ("header", "login"),
    [
        ("zhang", "zhang"),
        (" zhang ", "zhang"),
        ("张三", "张三"),
        ("", None),
        ("zhang,li", None),
        ("zhang, zhang", None),
        ("zhang li", None),
        ("zhang\x00", None),
        ("a" * 151, None),
    ],
)
def test_login_of_a_header(header, login):
    assert login_in(header) == login


@pytest.mark.parametrize(
    ("subject", "part", "name"),
    [
        ("CN=zhang,OU=法制大队,O=市局,C=CN", CN, "zhang"),
        ("C=CN, O=市局, CN = 张三 030012", CN, "张三 030012"),
        (r"CN=\E5\BC\A0\E4\B8\89,C=CN", CN, "张三"),
        (r"CN=zhang\, san,C=CN", CN, "zhang, san"),
        (r"O=市局\,CN=li,CN=zhang", CN, "zhang"),
        ("serialNumber=030012+CN=张三,C=CN", SERIAL, "030012"),
        ("2.5.4.5=030012,CN=张三", SERIAL, "030012"),
        ("CN=zhang,CN=li", CN, None),
        ("CN=zhang,C=CN,CN=li,C=CN", CN, None),
        ("O=市局,C=CN", CN, None),
        ("CN=,C=CN", CN, None),
        ("zhang", CN, None),
        ("CN=zhang,oops", CN, None),
        (r"CN=\FF\FF", CN, None),
        ("CN=zhang\\", CN, None),
        ("", CN, None),
    ],
)
def test_name_in_a_verified_certificate(subject, part, name):
    assert name_in_certificate(verify="SUCCESS", subject=subject, part=part) == name


@pytest.mark.parametrize("verify", ["", "NONE", "FAILED:expired", "success", "SUCCESS,FAILED"])
def test_certificate_that_is_not_verified_names_nobody(verify):
    assert name_in_certificate(verify=verify, subject="CN=zhang", part=CN) is None
