// As many values of a type as a vector register holds, under short names.
#pragma once

#include <Eigen/Core>
#include <cstddef>

namespace astonish {

template <typename T>
using Packet = typename Eigen::internal::packet_traits<T>::type;
template <typename T>
inline constexpr std::size_t kPacket = Eigen::internal::unpacket_traits<Packet<T>>::size;

}  // namespace astonish
