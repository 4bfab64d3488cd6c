#pragma once

#include "model/shape.hpp"

namespace linchpin::model {

const Shape& manifest_shape();  // the keys of connectors/NAME/manifest.yaml

}  // namespace linchpin::model
