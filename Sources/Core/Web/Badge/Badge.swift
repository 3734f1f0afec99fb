import Basics

/// A picture of a label and a value (web API §9).
struct Badge: Sendable {
    let label: BadgeText
    let value: BadgeText
    /// As they stand in SVG, without `#`.
    var labelColor = BadgeColor.label
    var valueColor: String
    var labelTextColor = BadgeColor.text
    var valueTextColor = BadgeColor.text
    var scale = 1.0
    /// Pixels at scale 1; without them as wide as the texts are.
    var fixedWidths: (label: Double, value: Double)?

    /// Bytes of the texts.
    static let labelLimit = 200
    static let valueLimit = 99

    init(label: String, value: String, valueColor: String) {
        self.label = BadgeText(label, limit: Self.labelLimit)
        self.value = BadgeText(value, limit: Self.valueLimit)
        self.valueColor = valueColor
    }

    func svg() -> [UInt8] {
        let (left, right) = (
            (fixedWidths?.label ?? label.width) * scale, (fixedWidths?.value ?? value.width) * scale
        )
        let total = pixels(left + right)
        let height = pixels(20 * scale)
        var svg =
            ##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="\##(total)" height="\##(height)">"##
        svg += ##"<linearGradient id="smooth" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/>"##
        svg += ##"<stop offset="1" stop-opacity=".1"/></linearGradient><mask id="round">"##
        svg +=
            ##"<rect class="bdge-ttl-width" width="\##(total)" height="\##(height)" rx="\##(pixels(3 * scale))" fill="#fff"/>"##
        svg += ##"</mask><g mask="url(#round)">"##
        let leftPlace = ##"width="\##(pixels(left))" height="\##(height)""##
        svg += ##"<rect class="bdge-rect-lbl" \##(leftPlace) fill="#\##(labelColor)"/>"##
        if fixedWidths != nil {
            svg += ##"<clipPath id="lbl-rect"><rect class="bdge-rect-lbl" \##(leftPlace)/></clipPath>"##
        }
        let rightPlace = ##"x="\##(pixels(left))" width="\##(pixels(right))" height="\##(height)""##
        svg += ##"<rect class="bdge-rect-val" \##(rightPlace) fill="#\##(valueColor)"/>"##
        if fixedWidths != nil {
            svg += ##"<clipPath id="val-rect"><rect class="bdge-rect-val" \##(rightPlace)/></clipPath>"##
        }
        svg += ##"<rect class="bdge-ttl-width" width="\##(total)" height="\##(height)" fill="url(#smooth)"/></g>"##
        svg += ##"<g text-anchor="middle" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" "##
        svg += ##"font-size="\##(pixels(BadgeText.fontSize * scale))">"##
        svg += shadowed(label, "lbl", x: left / 2, color: labelTextColor)
        svg += shadowed(value, "val", x: left + right / 2 - 1, color: valueTextColor)
        svg += "</g>"
        if fixedWidths == nil { svg += Self.script }
        return Array((svg + "</svg>").utf8)
    }

    /// A text, and one pixel below it its shadow.
    private func shadowed(_ text: BadgeText, _ part: String, x: Double, color: String) -> String {
        let bottom = Int((14.2 * scale).rounded(.up))
        func element(_ y: Int, _ fill: String) -> String {
            ##"<text class="bdge-lbl-\##(part)" x="\##(pixels(x))" y="\##(y)" fill="#\##(fill)" clip-path="url(#\##(part)-rect)">"##
                + text.escaped + "</text>"
        }
        return element(bottom, #"010101" fill-opacity=".3"#) + element(bottom - 1, color)
    }

    private func pixels(_ number: Double) -> String {
        var digits: [UInt8] = []
        appendFixed(number, decimals: 2, to: &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Measures anew in the browser, whose font may be another.
    static let script =
        #"<script type="text/javascript">var bdg_horiz_padding = 4;"#
        + "function netdata_bdge_each(list, attr, value){Array.prototype.forEach.call(list, function(el){"
        + "el.setAttribute(attr, value);});};"
        + #"var this_svg = document.currentScript.closest("svg");"#
        + #"var elem_lbl = this_svg.getElementsByClassName("bdge-lbl-lbl");"#
        + #"var elem_val = this_svg.getElementsByClassName("bdge-lbl-val");"#
        + "var lbl_size = elem_lbl[0].getBBox();var val_size = elem_val[0].getBBox();"
        + "var width_total = lbl_size.width + bdg_horiz_padding*2;"
        + #"this_svg.getElementsByClassName("bdge-rect-lbl")[0].setAttribute("width", width_total);"#
        + #"netdata_bdge_each(elem_lbl, "x", (lbl_size.width / 2) + bdg_horiz_padding);"#
        + #"netdata_bdge_each(elem_val, "x", width_total + (val_size.width / 2) + bdg_horiz_padding);"#
        + #"var val_rect = this_svg.getElementsByClassName("bdge-rect-val")[0];"#
        + #"val_rect.setAttribute("width", val_size.width + bdg_horiz_padding*2);"#
        + #"val_rect.setAttribute("x", width_total);"#
        + "width_total += val_size.width + bdg_horiz_padding*2;"
        + #"var width_update_elems = this_svg.getElementsByClassName("bdge-ttl-width");"#
        + #"netdata_bdge_each(width_update_elems, "width", width_total);"#
        + #"this_svg.setAttribute("width", width_total);</script>"#
}
